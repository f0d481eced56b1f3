{{ config(partition_by={'field': 'moved_date', 'data_type': 'date'}, cluster_by=['product_id', 'warehouse_id']) }}

-- Movements by day with the level at the day's end.
with days as (

    select
        moved_date,
        product_id,
        warehouse_id,
        sum(if(quantity_change > 0, quantity_change, 0)) as quantity_in,
        -sum(if(quantity_change < 0, quantity_change, 0)) as quantity_out,
        sum(quantity_change) as quantity_change
    from {{ ref('inventory_movements') }}
    group by moved_date, product_id, warehouse_id

)

select
    *,
    sum(quantity_change) over (
        partition by product_id, warehouse_id
        order by moved_date
        rows between unbounded preceding and current row
    ) as level_at_end
from days
