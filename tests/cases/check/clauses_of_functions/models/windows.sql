select
    rank() over (partition by status) as place,
    lag(amount) over () as earlier,
    row_number() over (order by order_id rows unbounded preceding) as number,
    percentile_cont(amount, 0.5) over (order by order_id) as median,
    array_agg(status order by order_id) over (partition by customer_id) as statuses,
    lead(status ignore nulls) over by_customer as next_status,
    sum(amount) over framed as running,
    dense_rank() over framed as place_of_sum,
    count(distinct status) over (partition by customer_id order by order_id) as kinds,
    -- These are right.
    first_value(status ignore nulls) over by_customer as first_status,
    row_number() over () as any_number,
    count(distinct status) over (partition by customer_id) as kinds_in_all
from {{ source('raw', 'orders') }}
window
    by_customer as (partition by customer_id order by order_id),
    framed as (by_customer rows between 2 preceding and current row)
