{{ config(partition_by={'field': 'since_date', 'data_type': 'date'}, cluster_by=['order_id']) }}

-- How long each order was in each state.
select
    order_id,
    status,
    min(event_at) as since,
    date(min(event_at)) as since_date,
    lead(min(event_at)) over (partition by order_id order by min(event_at), status) as until,
    timestamp_diff(
        lead(min(event_at)) over (partition by order_id order by min(event_at), status),
        min(event_at),
        minute
    ) as minutes,
    max(loaded_at) as loaded_at
from {{ ref('order_events') }}
group by order_id, status
