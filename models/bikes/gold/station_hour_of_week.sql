{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['station_id', 'weekday', 'hour_of_day'],
        cluster_by=['station_id'],
        post_hook="{{ take_out('days') }}"
    )
}}

-- What is usual at a station, by weekday (1 is Monday) and hour of the city's clock.
with hours as (

    select
        *,
        mod(extract(dayofweek from local_hour) + 5, 7) + 1 as weekday,
        extract(hour from local_hour) as hour_of_day
    from {{ ref('station_hourly') }}

),

usual as (

    select
        station_id,
        weekday,
        hour_of_day,
        count(distinct local_date) as days,
        safe_divide(sum(bike_seconds), sum(observed_seconds)) as average_bikes,
        safe_divide(sum(empty_seconds), sum(observed_seconds)) as share_empty,
        safe_divide(sum(full_seconds), sum(observed_seconds)) as share_full,
        safe_divide(sum(departures), count(distinct local_date)) as departures_per_day,
        safe_divide(sum(arrivals), count(distinct local_date)) as arrivals_per_day
    from hours
    group by station_id, weekday, hour_of_day

)

{{ only_changes('usual', ['station_id', 'weekday', 'hour_of_day'], count='days') }}
