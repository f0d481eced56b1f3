select *
from (select customer_id, status, amount from {{ source('raw', 'orders') }})
pivot (sum(amount) as total, count(*) as orders for status in ('new', 'old' as gone))
