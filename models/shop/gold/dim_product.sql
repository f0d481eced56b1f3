-- Products as the newest order line or stock movement knows them.
with seen as (

    select product_id, product_name, category, unit_price, ordered_at as seen_at
    from {{ ref('order_items') }}

    union all

    select product_id, null, null, null, moved_at
    from {{ ref('inventory_movements') }}

)

select
    product_id,
    array_agg(product_name ignore nulls order by seen_at desc limit 1)[safe_offset(0)] as product_name,
    array_agg(category ignore nulls order by seen_at desc limit 1)[safe_offset(0)] as category,
    array_agg(unit_price ignore nulls order by seen_at desc limit 1)[safe_offset(0)] as last_price,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at
from seen
where product_id is not null
group by product_id
