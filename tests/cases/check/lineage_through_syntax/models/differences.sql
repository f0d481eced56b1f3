select customer_id as id, status from {{ source('raw', 'customers') }}
except distinct
select cast(customer_id as string), 'x' from {{ source('raw', 'orders') }}
