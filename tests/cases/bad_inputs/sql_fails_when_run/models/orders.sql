{{ config(materialized='table') }}
select cast(text as int64) as x
from unnest(['1', 'two']) as text
