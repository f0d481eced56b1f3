{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='session_id',
        partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['vin'],
        post_hook="{{ take_out('reports') }}"
    )
}}

{% set home = var('cars_home') -%}
with charging as (

    select
        intervals.vin,
        vehicles.vehicle_key,
        intervals.started_at,
        coalesce(intervals.next_reported_at, intervals.last_reported_at) as ended_at,
        intervals.soc_first as start_soc,
        -- It does not lose by it: where less is there in the end, a drive between the polls was not seen.
        greatest(intervals.soc_first, intervals.soc_last, coalesce(intervals.soc_after, intervals.soc_last)) as end_soc,
        vehicles.battery_kwh,
        intervals.charging_type,
        intervals.max_power,
        intervals.average_power,
        intervals.latitude,
        intervals.longitude,
        intervals.reports,
        intervals.next_reported_at is null as is_open,
        intervals.loaded_at,
        -- Metres on a plane: good enough around a house.
        sqrt(
            pow((intervals.latitude - {{ home.latitude }}) * 111320, 2)
            + pow((intervals.longitude - {{ home.longitude }}) * 111320 * cos({{ home.latitude }} * acos(-1) / 180), 2)
        ) <= {{ home.radius_metres }} as is_home
    from {{ ref('vehicle_state_intervals') }} as intervals
    left join {{ ref('dim_vehicle') }} as vehicles
        on intervals.vin = vehicles.vin
        and {{ as_of('vehicles', 'intervals.started_at') }}
    where intervals.activity = 'charging'

),

sessions as (

    select
        to_hex(md5(concat(vin, '|', cast(unix_micros(started_at) as string)))) as session_id,
        vin,
        vehicle_key,
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
        {{ place_key('latitude', 'longitude') }} as place_key,
        round(
            cast((end_soc - start_soc) * battery_kwh / 100 as numeric)
            * if(coalesce(is_home, false), numeric '{{ home.price_per_kwh }}', numeric '{{ var("cars_price_per_kwh") }}'),
            2
        ) as cost,
        is_open,
        reports,
        loaded_at
    from charging
    where timestamp_diff(ended_at, started_at, second) > 60

)

{{ only_changes('sessions', ['session_id'], count='reports') }}
