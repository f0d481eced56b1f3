{{ config(partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'}, cluster_by=['station_id']) }}

-- A report holds until the next one. Where that is long in coming nobody knows what was, and the
-- interval is a gap: it is flagged, and no average looks at it.
with reports as (

    select
        station_id,
        reported_at as started_at,
        lead(reported_at) over (partition by station_id order by reported_at) as ended_at,
        bikes,
        docks,
        capacity,
        status,
        bikes - lag(bikes) over (partition by station_id order by reported_at) as change,
        lag(reported_at) over (partition by station_id order by reported_at) as reported_before
    from {{ ref('station_status') }}
    where is_plausible

)

select
    station_id,
    started_at,
    ended_at,
    timestamp_diff(ended_at, started_at, second) as seconds,
    bikes,
    docks,
    capacity,
    status,
    case
        when status != 'in_service' then 'out_of_service'
        when bikes = 0 then 'empty'
        when docks = 0 then 'full'
        else 'available'
    end as state,
    coalesce(timestamp_diff(ended_at, started_at, minute) > {{ var('bikes_gap_minutes') }}, false) as is_gap,
    -- Behind a gap the difference is of an unknown time.
    if(
        timestamp_diff(started_at, reported_before, minute) <= {{ var('bikes_gap_minutes') }},
        change,
        null
    ) as change
from reports
