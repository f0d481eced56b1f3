select
    order_id,
    lag(amount) over w as before,
    sum(amount) over (w rows between unbounded preceding and current row) as running
from {{ source('raw', 'orders') }}
qualify row_number() over (partition by customer_id order by placed_at desc) = 1
window w as (partition by customer_id order by placed_at)
