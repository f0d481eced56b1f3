{{ config(materialized='incremental') }}
select order_id, amount, placed_at from {{ source('raw', 'orders') }}
{% if is_incremental() %}
where placed_at > (select max(placed_at) from {{ this }})
{% endif %}
