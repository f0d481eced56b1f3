with recursive chain as (
    select order_id, customer_id, amount, 1 as depth
    from {{ source('raw', 'orders') }}
    where status = 'new'
    union all
    select o.order_id, chain.customer_id, chain.amount + o.amount, depth + 1
    from chain
    join {{ source('raw', 'orders') }} as o on o.customer_id = chain.order_id
)

select order_id, max(amount) as largest, max(depth) as depth from chain group by order_id
