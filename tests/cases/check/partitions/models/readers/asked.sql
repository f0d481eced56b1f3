select order_id from {{ ref('bounded') }}
where placed_at > (select max(placed_at) from {{ ref('bounded') }})
