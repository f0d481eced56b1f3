with recursive numbers as (
    select 1 as n
    union all
    select n + 1 from numbers where n < 3
),

lines as (
    select o.order_id, item.sku, item.price * item.quantity as value, position
    from {{ source('raw', 'orders') }} as o, o.items as item with offset as position
),

customers as (
    select safe_cast(customer_id as int64) as customer_id, name
    from {{ source('raw', 'customers') }}
)

select
    customer_id,
    o.customer_id as same,
    o.* except (items, address, customer_id),
    o.address.city,
    (select count(*) from unnest(o.items) where sku = o.status) as matching,
    array(select as struct l.sku, l.value from lines as l where l.order_id = o.order_id order by l.position) as lines,
    exists(select 1 from numbers where n = o.order_id) as is_small,
    struct(o.amount as amount, n.n).n as number,
    o
from {{ source('raw', 'orders') }} as o
left join customers using (customer_id)
join numbers as n on n.n <= array_length(o.items)
where o.placed_on between '2024-01-01' and current_date
order by 1, number, o.amount
