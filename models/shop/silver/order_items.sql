{{ config(partition_by={'field': 'ordered_date', 'data_type': 'date'}, cluster_by=['product_id']) }}

-- The lines of each order as it is now.
select
    orders.order_id,
    line_offset + 1 as line_no,
    orders.customer_id,
    orders.ordered_at,
    orders.ordered_date,
    json_value(line, '$.product_id') as product_id,
    json_value(line, '$.product_name') as product_name,
    json_value(line, '$.category') as category,
    safe_cast(json_value(line, '$.quantity') as int64) as quantity,
    safe_cast(json_value(line, '$.price') as numeric) as unit_price,
    safe_cast(json_value(line, '$.quantity') as int64)
    * safe_cast(json_value(line, '$.price') as numeric) as amount,
    orders.loaded_at
from {{ ref('orders') }} as orders
cross join unnest(json_query_array(orders.items, '$')) as line with offset as line_offset
