select order_id, status, amount, 1 as one from {{ source('raw', 'orders') }}
union all
select status, order_id, 0, 1.5 from {{ source('raw', 'orders') }}
