{{ config(
    materialized='incremental',
    unique_key='order_id',
    partition_by={'field': 'placed_on', 'data_type': 'date'},
    require_partition_filter=true
) }}

select order_id, placed_on, placed_at, amount
from {{ source('raw', 'orders') }}
