select
    order_id,
    custmer_id,
    orders.amonut as amount,
    address.citty as city,
    items.sku as first_sku,
    amount * 2 as doubled,
    doubled + 1 as more
from {{ source('raw', 'orders') }} as orders
where doubled > 10
