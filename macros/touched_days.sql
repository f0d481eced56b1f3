{# The days on which something may be otherwise than it is here: something of them was landed lately, or there
   are more or fewer rows than were counted (what is of another day now, is here no more). #}
{% macro touched_days(rows, day, count) -%}
    select coalesce(told.{{ day }}, known.{{ day }}) as {{ day }}
    from (
        select {{ day }}, count(*) as there, max(loaded_at) as newest
        from {{ rows }}
        group by {{ day }}
    ) as told
    full outer join (
        select {{ day }}, sum({{ count }}) as here
        from {{ this }}
        group by {{ day }}
    ) as known
        on told.{{ day }} = known.{{ day }}
    where told.{{ day }} is null
        or known.{{ day }} is null
        or told.there != known.here
        or told.newest >= (
            select coalesce(timestamp_sub(max(loaded_at), interval 3 day), timestamp '1970-01-01 00:00:00+00')
            from {{ this }}
        )
{%- endmacro %}
