{{ config(materialized='incremental', unique_key='order_id') }}
select order_id, amount, {{ 'true' if is_incremental() else 'false' }} as is_late
from {{ ref('orders') }}
{% if is_incremental() %}
where order_id > (select max(order_id) from {{ this }}) - 1
{% endif %}
