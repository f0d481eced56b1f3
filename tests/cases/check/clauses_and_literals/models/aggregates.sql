select max(*) as no_star, max(items) as no_order from {{ source('raw', 'orders') }} order by 'status'
