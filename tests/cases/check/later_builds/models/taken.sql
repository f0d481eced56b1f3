{{ config(materialized='incremental') }}

select order_id, amount
from {{ source('raw', 'orders') }}
{% if is_incremental() %}
where placed_at > (select max(placed_at) from {{ this }})
    and order_idd > 1
{% endif %}
