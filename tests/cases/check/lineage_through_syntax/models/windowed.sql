select
    order_id,
    sum(amount) over by_customer as running,
    first_value(status ignore nulls) over (by_customer rows unbounded preceding) as first_status,
    count(*) over (partition by status) as of_status
from {{ source('raw', 'orders') }}
qualify row_number() over (partition by customer_id order by placed_at) = 1
window by_customer as (partition by customer_id order by placed_on)
