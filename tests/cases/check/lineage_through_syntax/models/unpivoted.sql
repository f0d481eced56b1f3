select *
from (select order_id, amount, cast(customer_id as numeric) as customer from {{ source('raw', 'orders') }})
unpivot (value for what in (amount, customer as 'who'))
