{{ config(materialized='table') }}
select
  id / zero as a,
  mod(id, zero) as b,
  'x / y' as c
from {{ ref('base') }}
where id / nullif(zero, 1) > 0
