{{ config(materialized='table') }}
select
  id,
  cast(name as int64) as n
from {{ ref('base') }}
