select x, f,
  count(*) over (order by x range between 9223372036854775807 preceding and 1 preceding) as before_it,
  count(*) over (order by x range between 1 preceding and 2 preceding) as nothing,
  sum(n) over (order by n range between 1 preceding and numeric '99999999999999999999999999999' following) as decimals,
  count(*) over (order by f range between 1e308 preceding and 1.7e308 following) as floats
from (
  select -9223372036854775808 as x, numeric '-99999999999999999999999999999' as n, cast('-inf' as float64) as f
  union all select 1, numeric '0.5', 1e308
  union all select 2, numeric '1.5', cast('inf' as float64)
  union all select null, null, null
)
order by x
