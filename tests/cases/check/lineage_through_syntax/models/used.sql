select customer_id, status, o.amount, c.name
from (select * replace (cast(customer_id as string) as customer_id) from {{ source('raw', 'orders') }}) as o
full join {{ source('raw', 'customers') }} as c using (customer_id, status)
