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

-- A drive from the parked odometer before it to the one behind it: the kilometres before the first report
-- on the road and after the last are driven too.
with drives as (

    select
        drives.vin,
        vehicles.vehicle_key,
        drives.started_at,
        coalesce(greatest(drives.next_state_since, drives.last_reported_at), drives.last_reported_at) as ended_at,
        coalesce(drives.odometer_before, drives.odometer_first) as start_odometer_km,
        coalesce(drives.odometer_after, drives.odometer_last) as end_odometer_km,
        coalesce(drives.soc_before, drives.soc_first) as start_soc,
        coalesce(drives.soc_after, drives.soc_last) as end_soc,
        vehicles.battery_kwh,
        drives.vehicle_type,
        drives.average_temperature,
        drives.latitude_before as start_latitude,
        drives.longitude_before as start_longitude,
        drives.latitude_after as end_latitude,
        drives.longitude_after as end_longitude,
        drives.reports,
        drives.next_reported_at is null as is_open,
        drives.loaded_at
    from {{ ref('vehicle_state_intervals') }} as drives
    left join {{ ref('dim_vehicle') }} as vehicles
        on drives.vin = vehicles.vin
        and {{ as_of('vehicles', 'drives.started_at') }}
    where drives.activity = 'driving'

),

segments as (

    select
        *,
        end_odometer_km - start_odometer_km as distance_km,
        timestamp_diff(ended_at, started_at, second) / 60 as minutes
    from drives
    -- A car that is only moved out of the way drives nowhere.
    where end_odometer_km - start_odometer_km > 0.1

)

{{ only_changes('segments', ['vin', 'started_at'], count='reports') }}
