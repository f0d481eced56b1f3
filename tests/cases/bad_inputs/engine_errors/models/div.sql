{{ config(materialized='table') }}
select
  id,
  id / zero as n
from {{ ref('base') }}
