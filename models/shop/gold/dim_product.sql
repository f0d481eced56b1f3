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
    any_value(product_name having max if(product_name is null, null, seen_at)) as product_name,
    any_value(category having max if(category is null, null, seen_at)) as category,
    any_value(unit_price having max if(unit_price is null, null, seen_at)) as last_price,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at
from seen
where product_id is not null
group by product_id
