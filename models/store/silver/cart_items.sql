-- One row a cart and product: a product listed twice in a cart is summed, an empty cart gives no row.
select
    carts.cart_id,
    safe_cast(json_value(line, '$.productId') as int64) as product_id,
    carts.user_id,
    carts.ordered_at,
    carts.order_date,
    sum(safe_cast(json_value(line, '$.quantity') as int64)) as quantity,
    carts.loaded_at
from {{ ref('carts') }} as carts
cross join unnest(json_query_array(carts.lines, '$')) as line
group by
    carts.cart_id,
    product_id,
    carts.user_id,
    carts.ordered_at,
    carts.order_date,
    carts.loaded_at
