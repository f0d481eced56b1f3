select order_id from {{ ref('events') }}
where format_date('%Y', placed_on) = '2024'
