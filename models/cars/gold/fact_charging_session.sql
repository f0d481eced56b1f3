{{ config(partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'}, cluster_by=['vin']) }}

{% set home = var('cars_home') -%}
with sessions as (

    select
        vin,
        started_at,
        coalesce(next_reported_at, last_reported_at) as ended_at,
        soc_first as start_soc,
        greatest(soc_last, coalesce(soc_after, soc_last)) as end_soc,
        battery_kwh,
        charging_type,
        max_power,
        average_power,
        latitude,
        longitude,
        -- Metres on a plane: good enough around a house.
        sqrt(
            pow((latitude - {{ home.latitude }}) * 111320, 2)
            + pow((longitude - {{ home.longitude }}) * 111320 * cos({{ home.latitude }} * acos(-1) / 180), 2)
        ) <= {{ home.radius_metres }} as is_home
    from {{ ref('vehicle_state_intervals') }}
    where activity = 'charging'

)

select
    to_hex(md5(concat(vin, '|', cast(unix_micros(started_at) as string)))) as session_id,
    vin,
    started_at,
    ended_at,
    date(started_at, '{{ var("cars_time_zone") }}') as local_date,
    timestamp_diff(ended_at, started_at, second) / 60 as minutes,
    start_soc,
    end_soc,
    (end_soc - start_soc) * battery_kwh / 100 as kwh_added,
    charging_type,
    max_power,
    average_power,
    coalesce(is_home, false) as is_home,
    latitude,
    longitude,
    round(
        cast((end_soc - start_soc) * battery_kwh / 100 as numeric)
        * if(coalesce(is_home, false), numeric '{{ home.price_per_kwh }}', numeric '{{ var("cars_price_per_kwh") }}'),
        2
    ) as cost
from sessions
where timestamp_diff(ended_at, started_at, second) > 60
