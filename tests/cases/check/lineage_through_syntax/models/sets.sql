select order_id as id, status as word from {{ source('raw', 'orders') }}
union all by name
select upper(name) as word, 0 as id from {{ source('raw', 'customers') }}
