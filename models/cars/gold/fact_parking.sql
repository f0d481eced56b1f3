{{ config(partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'}, cluster_by=['vin']) }}

-- Where a car stood, and what its battery lost while nobody drove.
select
    vin,
    started_at,
    coalesce(next_reported_at, last_reported_at) as ended_at,
    timestamp_diff(coalesce(next_reported_at, last_reported_at), started_at, second) / 60 as minutes,
    soc_first as start_soc,
    soc_last as end_soc,
    greatest(coalesce(soc_first - soc_last, 0), 0) as phantom_soc_loss,
    greatest(coalesce(soc_first - soc_last, 0), 0) * battery_kwh / 100 as phantom_kwh_loss,
    latitude,
    longitude,
    next_reported_at is null as is_open
from {{ ref('vehicle_state_intervals') }}
where activity = 'parked'
