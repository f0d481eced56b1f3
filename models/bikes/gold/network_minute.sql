{{ config(partition_by={'field': 'minute', 'data_type': 'timestamp', 'granularity': 'day'}) }}

-- The whole network by minute, of the stations that are known at it.
select
    minute,
    count(*) as stations,
    sum(bikes) as bikes,
    sum(docks) as docks,
    countif(state = 'empty') as empty,
    countif(state = 'full') as full_stations,
    countif(status = 'in_service') as in_service
from {{ ref('station_interval') }} as intervals
cross join unnest(generate_timestamp_array(
    timestamp_trunc(timestamp_add(intervals.started_at, interval 59 second), minute),
    intervals.ended_at,
    interval 1 minute
)) as minute
where not intervals.is_gap
    and minute < intervals.ended_at
group by minute
