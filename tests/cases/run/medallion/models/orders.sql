select
  order_id,
  customer,
  cast(amount as numeric) as amount,
  cast(ordered_on as date) as ordered_on
from {{ ref('raw_orders') }}
where amount is not null
