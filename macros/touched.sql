{# Runs of rows (drives, visits, states) grow, split and melt together when rows are added, also late ones. From
   when on, of whom, runs may be otherwise than they are here: the oldest of the rows landed lately may change
   the run that it falls into, and what the run before knows of it. That is `since`; what was before it is known
   when rows are read from `read_from` on. #}
{% macro touched(rows, who, at, start='started_at') -%}
    select
        {{ who }},
        coalesce(starts[safe_offset(1)], timestamp '1970-01-01 00:00:00+00') as since,
        coalesce(starts[safe_offset(2)], timestamp '1970-01-01 00:00:00+00') as read_from
    from (
        select
            lately.{{ who }},
            array_agg(known.{{ start }} order by known.{{ start }} desc limit 3) as starts
        from (
            select {{ who }}, min({{ at }}) as oldest
            from {{ rows }}
            where {{ loaded_lately() }}
            group by {{ who }}
        ) as lately
        left join {{ this }} as known
            on lately.{{ who }} = known.{{ who }} and known.{{ start }} < lately.oldest
        group by lately.{{ who }}
    ) as runs
{%- endmacro %}
