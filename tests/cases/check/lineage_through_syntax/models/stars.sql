select * except (items, address) replace (upper(status) as status, amount + 1 as amount), o.address.*
from {{ source('raw', 'orders') }} as o
