select
    customer_id,
    count(*) as orders,
    sum(total_amount) as lifetime_value,
    safe_divide(sum(total_amount), count(*)) as average_order_value,
    min(ordered_at) as first_order_at,
    max(ordered_at) as last_order_at,
    array_agg(country ignore nulls order by ordered_at desc limit 1)[safe_offset(0)] as country
from {{ ref('orders') }}
group by customer_id
