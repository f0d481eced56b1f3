{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='trip_id',
        partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['vin'],
        post_hook="{{ take_out('segments') }}"
    )
}}

-- Drives with less than two hours between them are one trip.
with marked as (

    select
        *,
        timestamp_diff(
            started_at,
            lag(ended_at) over (partition by vin order by started_at),
            second
        ) as seconds_since
    from {{ ref('fact_drive_segment') }}

),

numbered as (

    select
        *,
        sum(if(seconds_since is null or seconds_since > {{ var('cars_trip_gap_minutes') }} * 60, 1, 0))
            over (partition by vin order by started_at) as trip_number
    from marked

),

grouped as (

    select
        vin,
        any_value(vehicle_key having min started_at) as vehicle_key,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        sum(distance_km) as distance_km,
        coalesce(sum(minutes), 0) as driving_minutes,
        sum(if(is_seen, distance_km, null)) as seen_km,
        count(*) as segments,
        logical_and(is_seen) as is_seen,
        any_value(start_soc having min started_at) as start_soc,
        any_value(end_soc having max started_at) as end_soc,
        -- What was charged on the way is not given back.
        sum(greatest(coalesce(start_soc - end_soc, 0), 0)) as soc_used,
        max(battery_kwh) as battery_kwh,
        avg(average_temperature) as average_temperature,
        any_value(start_latitude having min started_at) as start_latitude,
        any_value(start_longitude having min started_at) as start_longitude,
        any_value(end_latitude having max started_at) as end_latitude,
        any_value(end_longitude having max started_at) as end_longitude,
        max(loaded_at) as loaded_at
    from numbered
    group by vin, trip_number

),

trips as (

    select
        to_hex(md5(concat(vin, '|', cast(unix_micros(started_at) as string)))) as trip_id,
        vin,
        vehicle_key,
        started_at,
        ended_at,
        date(started_at, '{{ var("cars_time_zone") }}') as local_date,
        distance_km,
        driving_minutes,
        timestamp_diff(ended_at, started_at, second) / 60 as total_minutes,
        safe_divide(seen_km, driving_minutes / 60) as average_speed,
        segments,
        is_seen,
        start_soc,
        end_soc,
        -- A few per cent of charge are too coarse to compute with: short trips are estimated, and say so.
        case
            when battery_kwh is null then null
            when soc_used >= 4 then soc_used * battery_kwh / 100
            else distance_km * {{ var('cars_kwh_per_100km') }} / 100
        end as kwh_consumed,
        battery_kwh is not null and soc_used < 4 as is_consumption_estimated,
        if(
            battery_kwh is not null and soc_used >= 4,
            safe_divide(soc_used * battery_kwh, distance_km),
            null
        ) as kwh_per_100km,
        average_temperature,
        start_latitude,
        start_longitude,
        {{ place_key('start_latitude', 'start_longitude') }} as start_place_key,
        end_latitude,
        end_longitude,
        {{ place_key('end_latitude', 'end_longitude') }} as end_place_key,
        loaded_at
    from grouped

)

{{ only_changes('trips', ['trip_id'], count='segments') }}
