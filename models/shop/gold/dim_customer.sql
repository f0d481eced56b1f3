select
    customer_id,
    count(*) as orders,
    sum(total_amount) as lifetime_value,
    safe_divide(sum(total_amount), count(*)) as average_order_value,
    min(ordered_at) as first_order_at,
    max(ordered_at) as last_order_at,
    any_value(country having max if(country is null, null, ordered_at)) as country
from {{ ref('orders') }}
group by customer_id
