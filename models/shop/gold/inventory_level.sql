-- What is there now: the sum of all movements there ever were, not of the last days.
select
    product_id,
    warehouse_id,
    sum(quantity_change) as quantity,
    sum(quantity_change) < {{ var('low_stock_below') }} as is_low,
    max(moved_at) as last_movement_at
from {{ ref('inventory_movements') }}
group by product_id, warehouse_id
