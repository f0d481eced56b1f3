{# The rows of a relation with the number of the visit they belong to: one begins where a pause of
   `session_gap_minutes` ends. #}
{% macro session_numbers(relation, who, at, id) -%}
    select
        *,
        sum(if(seconds_since is null or seconds_since >= {{ var('session_gap_minutes') }} * 60, 1, 0))
            over (partition by {{ who }} order by {{ at }}, {{ id }}) as session_number
    from (
        select
            *,
            timestamp_diff(
                {{ at }},
                lag({{ at }}) over (partition by {{ who }} order by {{ at }}, {{ id }}),
                second
            ) as seconds_since
        from {{ relation }}
    ) as marked
{%- endmacro %}
