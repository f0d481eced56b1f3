{{ config(materialized='view') }}

-- What runs out where.
select
    levels.product_id,
    products.product_name,
    levels.warehouse_id,
    levels.quantity,
    levels.last_movement_at
from {{ ref('inventory_level') }} as levels
left join {{ ref('dim_product') }} as products
    on levels.product_id = products.product_id
where levels.is_low
