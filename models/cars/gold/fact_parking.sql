{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['vin', 'started_at'],
        partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['vin'],
        post_hook="{{ take_out('reports') }}"
    )
}}

-- Where a car stood, and what its battery lost while nobody drove.
with parkings as (

    select
        intervals.vin,
        vehicles.vehicle_key,
        intervals.started_at,
        coalesce(intervals.next_reported_at, intervals.last_reported_at) as ended_at,
        timestamp_diff(
            coalesce(intervals.next_reported_at, intervals.last_reported_at),
            intervals.started_at,
            second
        ) / 60 as minutes,
        intervals.soc_first as start_soc,
        intervals.soc_last as end_soc,
        greatest(coalesce(intervals.soc_first - intervals.soc_last, 0), 0) as phantom_soc_loss,
        greatest(coalesce(intervals.soc_first - intervals.soc_last, 0), 0) * vehicles.battery_kwh / 100
            as phantom_kwh_loss,
        intervals.latitude,
        intervals.longitude,
        {{ place_key('intervals.latitude', 'intervals.longitude') }} as place_key,
        intervals.next_reported_at is null as is_open,
        intervals.reports,
        intervals.loaded_at
    from {{ ref('vehicle_state_intervals') }} as intervals
    left join {{ ref('dim_vehicle') }} as vehicles
        on intervals.vin = vehicles.vin
        and {{ as_of('vehicles', 'intervals.started_at') }}
    where intervals.activity = 'parked'

)

{{ only_changes('parkings', ['vin', 'started_at'], count='reports') }}
