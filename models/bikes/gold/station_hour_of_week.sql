-- What is usual at a station, by weekday (1 is Monday) and hour of the city's clock.
with hours as (

    select
        *,
        mod(extract(dayofweek from local_hour) + 5, 7) + 1 as weekday,
        extract(hour from local_hour) as hour_of_day
    from {{ ref('station_hourly') }}

)

select
    station_id,
    weekday,
    hour_of_day,
    count(distinct local_date) as days,
    safe_divide(sum(average_bikes * observed_seconds), sum(observed_seconds)) as average_bikes,
    safe_divide(sum(minutes_empty) * 60, sum(observed_seconds)) as share_empty,
    safe_divide(sum(minutes_full) * 60, sum(observed_seconds)) as share_full,
    safe_divide(sum(departures), count(distinct local_date)) as departures_per_day,
    safe_divide(sum(arrivals), count(distinct local_date)) as arrivals_per_day
from hours
group by station_id, weekday, hour_of_day
