select
    order_id,
    status,
    o.status as order_status
from {{ source('raw', 'orders') }} as o
cross join {{ source('raw', 'customers') }} as c
