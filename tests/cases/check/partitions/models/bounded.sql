{{ config(
    materialized='incremental',
    unique_key='order_id',
    partition_by={'field': 'placed_at', 'data_type': 'timestamp', 'granularity': 'day'},
    incremental_predicates=["DBT_INTERNAL_DEST.placed_at > timestamp '2024-01-01'"]
) }}

select order_id, placed_at
from {{ ref('events') }}
where placed_on >= date '2024-01-01'
{% if is_incremental() %}
    and placed_at > (select max(placed_at) from {{ this }})
{% endif %}
