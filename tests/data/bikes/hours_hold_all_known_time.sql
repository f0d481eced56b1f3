-- The seconds of hours and of days are those of the intervals that are no gaps: days of 23 and 25 hours lose and
-- invent none.
select intervals.station_id, intervals.seconds, hours.seconds as in_hours, days.seconds as in_days
from (
    select
        station_id,
        sum(timestamp_diff(coalesce(ended_at, last_reported_at), started_at, second)) as seconds
    from {{ ref('station_interval') }}
    where not is_gap
    group by station_id
) as intervals
left join (
    select station_id, sum(observed_seconds) as seconds
    from {{ ref('station_hourly') }}
    group by station_id
) as hours
    on intervals.station_id = hours.station_id
left join (
    select station_id, sum(hours_observed) * 3600 as seconds
    from {{ ref('station_daily') }}
    group by station_id
) as days
    on intervals.station_id = days.station_id
where coalesce(hours.seconds, 0) != intervals.seconds
    or abs(coalesce(days.seconds, 0) - intervals.seconds) > 1
