-- The stock of now is that of the end of its last day, and all movements are in it.
select levels.product_id, levels.warehouse_id, levels.quantity, days.level_at_end, days.movements
from {{ ref('inventory_level') }} as levels
left join (
    select
        product_id,
        warehouse_id,
        any_value(level_at_end having max moved_date) as level_at_end,
        sum(movements) as movements
    from {{ ref('inventory_daily') }}
    group by product_id, warehouse_id
) as days
    on levels.product_id = days.product_id and levels.warehouse_id = days.warehouse_id
where days.product_id is null
    or days.level_at_end != levels.quantity
    or days.movements != levels.movements
