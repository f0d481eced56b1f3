/* first
   the CTEs */
with own as (
  select * from {{ ref('middle_cte') }}
)
select own.*, n
from own, {{ ref('other_cte') }}
