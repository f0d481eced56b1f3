select
    order_id,
    amount,
    items,
    status
from {{ source('raw', 'orders') }}
