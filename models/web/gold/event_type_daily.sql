{{ config(partition_by={'field': 'event_date', 'data_type': 'date'}) }}

select
    event_date,
    event_type,
    count(*) as events,
    count(distinct device_id) as unique_devices,
    count(distinct user_id) as unique_users,
    sum(value) as value,
    avg(prediction_score) as average_prediction,
    safe_divide(countif(has_prediction), count(*)) as scored_share
from {{ ref('events_scored') }}
group by event_date, event_type
