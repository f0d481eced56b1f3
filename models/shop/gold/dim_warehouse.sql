select
    warehouse_id,
    split(warehouse_id, '-')[safe_offset(1)] as region,
    count(distinct product_id) as products,
    min(moved_at) as first_movement_at,
    max(moved_at) as last_movement_at
from {{ ref('inventory_movements') }}
where warehouse_id is not null
group by warehouse_id
