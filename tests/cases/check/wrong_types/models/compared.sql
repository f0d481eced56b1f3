select
    o.order_id,
    o.amount = 'much' as is_much,
    o.placed_on > o.placed_at as is_late,
    o.status in (1, 2) as is_known,
    o.order_id between 'a' and 'b' as is_between
from {{ source('raw', 'orders') }} as o
join {{ source('raw', 'customers') }} as c on o.customer_id = c.customer_id
where o.order_id
