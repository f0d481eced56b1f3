{{ config(partition_by={'field': 'ordered_date', 'data_type': 'date'}, cluster_by=['customer_id', 'status']) }}

with lines as (

    select order_id, count(*) as lines, sum(quantity) as quantity, sum(amount) as lines_amount
    from {{ ref('order_items') }}
    group by order_id

),

steps as (

    select
        order_id,
        min(if(status = 'shipped', since, null)) as shipped_at,
        min(if(status = 'delivered', since, null)) as delivered_at
    from {{ ref('order_status_history') }}
    group by order_id

)

select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.ordered_date,
    cast(format_date('%Y%m%d', orders.ordered_date) as int64) as order_date_key,
    orders.status,
    steps.shipped_at,
    steps.delivered_at,
    timestamp_diff(steps.delivered_at, orders.ordered_at, minute) as minutes_to_delivery,
    coalesce(lines.lines, 0) as lines,
    coalesce(lines.quantity, 0) as quantity,
    orders.total_amount,
    coalesce(lines.lines_amount, 0) as lines_amount,
    orders.country,
    orders.loaded_at
from {{ ref('orders') }} as orders
left join lines
    on orders.order_id = lines.order_id
left join steps
    on orders.order_id = steps.order_id
