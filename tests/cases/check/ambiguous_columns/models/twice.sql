with both_names as (
    select order_id as id, customer_id as id from {{ source('raw', 'orders') }}
)

select id from both_names
