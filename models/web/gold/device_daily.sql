{{ config(partition_by={'field': 'event_date', 'data_type': 'date'}, cluster_by=['device_id']) }}

select
    event_date,
    device_id,
    count(*) as events,
    countif(event_type = 'purchase') as purchases,
    coalesce(sum(if(event_type = 'purchase', value, null)), 0) as value,
    min(event_timestamp) as first_event_at,
    max(event_timestamp) as last_event_at,
    avg(prediction_score) as average_prediction
from {{ ref('events_scored') }}
group by event_date, device_id
