{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['station_id', 'hour_start'],
        partition_by={'field': 'hour_start', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['station_id'],
        post_hook="{{ take_out('observed_seconds') }}"
    )
}}

-- depends_on: {{ ref('station_status') }}
-- By hour, weighted with time: a state of forty minutes counts forty times one of a minute, however
-- often each was reported. Hours are of UTC, so that days of 23 and 25 hours come out whole.
with {% if is_incremental() -%}
touched as (

{{ bikes_touched() }}

),

{% endif -%}
known as (

    select
        intervals.*,
        -- The last interval is known until its last report.
        coalesce(intervals.ended_at, intervals.last_reported_at) as known_until
    from {{ ref('station_interval') }} as intervals
    {%- if is_incremental() %}
    inner join touched
        on intervals.station_id = touched.station_id
        and coalesce(intervals.ended_at, intervals.last_reported_at) >= touched.since
    {%- endif %}

),

pieces as (

    select
        known.station_id,
        hour_start,
        known.bikes,
        known.state,
        known.loaded_at,
        timestamp_diff(
            least(known.known_until, timestamp_add(hour_start, interval 1 hour)),
            greatest(known.started_at, hour_start),
            second
        ) as seconds
    from known
    cross join unnest(generate_timestamp_array(
        timestamp_trunc(known.started_at, hour),
        known.known_until,
        interval 1 hour
    )) as hour_start
    where not known.is_gap
        and known.started_at < known.known_until
        and hour_start < known.known_until

),

states as (

    select
        station_id,
        hour_start,
        sum(seconds) as observed_seconds,
        sum(bikes * seconds) as bike_seconds,
        min(bikes) as least_bikes,
        max(bikes) as most_bikes,
        sum(if(state = 'empty', seconds, 0)) as empty_seconds,
        sum(if(state = 'full', seconds, 0)) as full_seconds,
        max(loaded_at) as loaded_at
    from pieces
    group by station_id, hour_start

),

moves as (

    select
        station_id,
        timestamp_trunc(started_at, hour) as hour_start,
        sum(if(change < 0, -change, 0)) as departures,
        sum(if(change > 0, change, 0)) as arrivals
    from known
    group by station_id, hour_start

),

hours as (

    select
        states.station_id,
        states.hour_start,
        datetime(states.hour_start, '{{ var("bikes_time_zone") }}') as local_hour,
        date(states.hour_start, '{{ var("bikes_time_zone") }}') as local_date,
        states.observed_seconds,
        states.bike_seconds,
        states.empty_seconds,
        states.full_seconds,
        safe_divide(states.bike_seconds, states.observed_seconds) as average_bikes,
        states.least_bikes,
        states.most_bikes,
        states.empty_seconds / 60 as minutes_empty,
        states.full_seconds / 60 as minutes_full,
        safe_divide(states.empty_seconds, states.observed_seconds) as share_empty,
        safe_divide(states.full_seconds, states.observed_seconds) as share_full,
        coalesce(moves.departures, 0) as departures,
        coalesce(moves.arrivals, 0) as arrivals,
        states.loaded_at
    from states
    left join moves
        on states.station_id = moves.station_id and states.hour_start = moves.hour_start
    {%- if is_incremental() %}
    inner join touched
        on states.station_id = touched.station_id and states.hour_start >= touched.since
    {%- endif %}

)

{{ only_changes('hours', ['station_id', 'hour_start'], count='observed_seconds', within='touched', start='hour_start') }}
