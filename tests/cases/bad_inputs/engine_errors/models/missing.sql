{{ config(materialized='table') }}
select
  id
from shop.nowhere
