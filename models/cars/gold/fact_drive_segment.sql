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
-- on the road and after the last are driven too. Where a car that stood stands elsewhere in the next report,
-- nobody saw the drive: it was some time between the two, and its kilometres count.
with seen as (

    select
        vin,
        started_at,
        coalesce(greatest(next_state_since, last_reported_at), last_reported_at) as ended_at,
        coalesce(odometer_before, odometer_first) as start_odometer_km,
        coalesce(odometer_after, odometer_last) as end_odometer_km,
        coalesce(soc_before, soc_first) as start_soc,
        coalesce(soc_after, soc_last) as end_soc,
        vehicle_type,
        average_temperature,
        latitude_before as start_latitude,
        longitude_before as start_longitude,
        latitude_after as end_latitude,
        longitude_after as end_longitude,
        reports,
        true as is_seen,
        next_reported_at is null as is_open,
        loaded_at
    from {{ ref('vehicle_state_intervals') }}
    where activity = 'driving'

),

unseen as (

    select
        vin,
        reported_before as started_at,
        if(state_since > reported_before and state_since < started_at, state_since, started_at) as ended_at,
        odometer_before as start_odometer_km,
        odometer_first as end_odometer_km,
        soc_before as start_soc,
        soc_first as end_soc,
        vehicle_type,
        cast(null as float64) as average_temperature,
        latitude_before as start_latitude,
        longitude_before as start_longitude,
        latitude as end_latitude,
        longitude as end_longitude,
        reports,
        false as is_seen,
        false as is_open,
        loaded_at
    from {{ ref('vehicle_state_intervals') }}
    where activity != 'driving' and activity_before != 'driving'

),

drives as (

    select * from seen
    union all
    select * from unseen

),

segments as (

    select
        drives.vin,
        vehicles.vehicle_key,
        drives.* except (vin),
        vehicles.battery_kwh,
        drives.end_odometer_km - drives.start_odometer_km as distance_km,
        -- How long nobody saw it drive is not known.
        if(drives.is_seen, timestamp_diff(drives.ended_at, drives.started_at, second) / 60, null) as minutes
    from drives
    left join {{ ref('dim_vehicle') }} as vehicles
        on drives.vin = vehicles.vin
        and {{ as_of('vehicles', 'drives.started_at') }}
    -- A car that is only moved out of the way drives nowhere.
    where drives.end_odometer_km - drives.start_odometer_km > 0.1

)

{{ only_changes('segments', ['vin', 'started_at'], count='reports') }}
