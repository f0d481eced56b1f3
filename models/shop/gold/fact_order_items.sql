{{ config(partition_by={'field': 'ordered_date', 'data_type': 'date'}, cluster_by=['product_id', 'customer_id']) }}

select
    order_id,
    line_no,
    customer_id,
    product_id,
    ordered_date,
    cast(format_date('%Y%m%d', ordered_date) as int64) as order_date_key,
    quantity,
    unit_price,
    amount,
    loaded_at
from {{ ref('order_items') }}
