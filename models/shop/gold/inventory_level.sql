{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['product_id', 'warehouse_id'],
        cluster_by=['product_id', 'warehouse_id'],
        post_hook="{{ take_out('movements') }}"
    )
}}

-- What is there now: the sum of all movements there ever were, not of the last days.
with levels as (

    select
        product_id,
        warehouse_id,
        sum(quantity_change) as quantity,
        sum(quantity_change) < {{ var('low_stock_below') }} as is_low,
        max(moved_at) as last_movement_at,
        count(*) as movements
    from {{ ref('inventory_movements') }}
    where product_id is not null and warehouse_id is not null
    group by product_id, warehouse_id

)

{{ only_changes('levels', ['product_id', 'warehouse_id'], count='movements') }}
