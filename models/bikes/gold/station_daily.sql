{{ config(partition_by={'field': 'local_date', 'data_type': 'date'}, cluster_by=['station_id']) }}

-- By day of the city's clock.
select
    station_id,
    local_date,
    timestamp_diff(
        timestamp(date_add(local_date, interval 1 day), '{{ var("bikes_time_zone") }}'),
        timestamp(local_date, '{{ var("bikes_time_zone") }}'),
        hour
    ) as hours_in_day,
    sum(observed_seconds) / 3600 as hours_observed,
    safe_divide(sum(average_bikes * observed_seconds), sum(observed_seconds)) as average_bikes,
    safe_divide(sum(minutes_empty) * 60, sum(observed_seconds)) as share_empty,
    safe_divide(sum(minutes_full) * 60, sum(observed_seconds)) as share_full,
    sum(departures) as departures,
    sum(arrivals) as arrivals,
    case
        when safe_divide(sum(minutes_empty) * 60, sum(observed_seconds)) >= {{ var('bikes_rebalancing_share') }} then 'bring'
        when safe_divide(sum(minutes_full) * 60, sum(observed_seconds)) >= {{ var('bikes_rebalancing_share') }} then 'take'
        else 'none'
    end as rebalancing_need
from {{ ref('station_hourly') }}
group by station_id, local_date
