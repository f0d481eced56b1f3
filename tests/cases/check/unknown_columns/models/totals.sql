-- `status` was in orders once.
select order_id, status
from {{ ref('orders') }}
