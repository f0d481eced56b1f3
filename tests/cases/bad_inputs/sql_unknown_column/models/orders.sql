select
  order_id,
  amuont
from {{ ref('stg_orders') }}
