-- Every version of a station: name, place, size, and from when to when.
{% set columns = ['name', 'address', 'city', 'post_code', 'capacity', 'latitude', 'longitude'] -%}
with filled as (

    -- No API says everything; what one leaves out is as it was.
    select
        station_id,
        observed_at,
        {% for column in columns -%}
        last_value({{ column }} ignore nulls) over (
            partition by station_id order by observed_at
            rows between unbounded preceding and current row
        ) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('station_info_snapshots') }}

)

{{ versions('filled', 'station_id', 'observed_at', columns, 'station_key') }}
