{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['product_id', 'warehouse_id', 'moved_date'],
        partition_by={'field': 'moved_date', 'data_type': 'date'},
        cluster_by=['product_id', 'warehouse_id'],
        post_hook="{{ take_out('movements') }}"
    )
}}

-- Movements by day with the level at the day's end.
with totals as (

    select
        moved_date,
        product_id,
        warehouse_id,
        sum(if(quantity_change > 0, quantity_change, 0)) as quantity_in,
        -sum(if(quantity_change < 0, quantity_change, 0)) as quantity_out,
        sum(quantity_change) as quantity_change,
        count(*) as movements
    from {{ ref('inventory_movements') }}
    where product_id is not null and warehouse_id is not null
    group by moved_date, product_id, warehouse_id

),

days as (

    select
        *,
        sum(quantity_change) over (
            partition by product_id, warehouse_id
            order by moved_date
            rows between unbounded preceding and current row
        ) as level_at_end
    from totals

)

{{ only_changes('days', ['product_id', 'warehouse_id', 'moved_date'], count='movements') }}
