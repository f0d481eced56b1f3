{{ config(partition_by={'field': 'hour_start', 'data_type': 'timestamp', 'granularity': 'day'}, cluster_by=['station_id']) }}

-- By hour, weighted with time: a state of forty minutes counts forty times one of a minute, however
-- often each was reported. Hours are of UTC, so that days of 23 and 25 hours come out whole.
with pieces as (

    select
        intervals.station_id,
        hour_start,
        intervals.bikes,
        intervals.state,
        timestamp_diff(
            least(intervals.ended_at, timestamp_add(hour_start, interval 1 hour)),
            greatest(intervals.started_at, hour_start),
            second
        ) as seconds
    from {{ ref('station_interval') }} as intervals
    cross join unnest(generate_timestamp_array(
        timestamp_trunc(intervals.started_at, hour),
        intervals.ended_at,
        interval 1 hour
    )) as hour_start
    where not intervals.is_gap
        and intervals.ended_at is not null
        and hour_start < intervals.ended_at

),

states as (

    select
        station_id,
        hour_start,
        sum(seconds) as observed_seconds,
        safe_divide(sum(bikes * seconds), sum(seconds)) as average_bikes,
        sum(if(state = 'empty', seconds, 0)) as empty_seconds,
        sum(if(state = 'full', seconds, 0)) as full_seconds
    from pieces
    group by station_id, hour_start

),

moves as (

    select
        station_id,
        timestamp_trunc(started_at, hour) as hour_start,
        sum(if(change < 0, -change, 0)) as departures,
        sum(if(change > 0, change, 0)) as arrivals
    from {{ ref('station_interval') }}
    group by station_id, hour_start

)

select
    states.station_id,
    states.hour_start,
    datetime(states.hour_start, '{{ var("bikes_time_zone") }}') as local_hour,
    date(states.hour_start, '{{ var("bikes_time_zone") }}') as local_date,
    states.observed_seconds,
    states.average_bikes,
    states.empty_seconds / 60 as minutes_empty,
    states.full_seconds / 60 as minutes_full,
    safe_divide(states.empty_seconds, states.observed_seconds) as share_empty,
    safe_divide(states.full_seconds, states.observed_seconds) as share_full,
    coalesce(moves.departures, 0) as departures,
    coalesce(moves.arrivals, 0) as arrivals
from states
left join moves
    on states.station_id = moves.station_id and states.hour_start = moves.hour_start
