{# From when on, at which station, averages may be otherwise than they are here: a report changes what was known
   between the one before, if that is no gap, and the one behind. #}
{% macro bikes_touched() -%}
    select
        station_id,
        timestamp_trunc(
            timestamp_sub(min(reported_at), interval {{ var('bikes_gap_minutes') }} minute),
            hour
        ) as since
    from {{ ref('station_status') }}
    where {{ loaded_lately() }}
    group by station_id
{%- endmacro %}
