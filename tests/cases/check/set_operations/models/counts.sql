select order_id, status from {{ source('raw', 'orders') }}
union all
select customer_id, name, status from {{ source('raw', 'customers') }}
