{{ config(partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'}, cluster_by=['vin']) }}

-- A drive from the parked odometer before it to the one behind it: the kilometres before the first report
-- on the road and after the last are driven too.
with drives as (

    select
        vin,
        started_at,
        coalesce(greatest(next_state_since, last_reported_at), last_reported_at) as ended_at,
        coalesce(odometer_before, odometer_first) as start_odometer_km,
        coalesce(odometer_after, odometer_last) as end_odometer_km,
        coalesce(soc_before, soc_first) as start_soc,
        coalesce(soc_after, soc_last) as end_soc,
        battery_kwh,
        vehicle_type,
        average_temperature
    from {{ ref('vehicle_state_intervals') }}
    where activity = 'driving'

)

select
    *,
    end_odometer_km - start_odometer_km as distance_km,
    timestamp_diff(ended_at, started_at, second) / 60 as minutes
from drives
-- A car that is only moved out of the way drives nowhere.
where end_odometer_km - start_odometer_km > 0.1
