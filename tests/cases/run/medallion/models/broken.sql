{{ config(materialized='table') }}
select
  order_id,
  amuont
from {{ ref('orders') }}
