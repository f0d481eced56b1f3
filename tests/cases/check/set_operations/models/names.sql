select order_id, status from {{ source('raw', 'orders') }}
union all by name
select status, customer_id from {{ source('raw', 'customers') }}
