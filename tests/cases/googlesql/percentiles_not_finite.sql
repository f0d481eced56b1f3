-- NaN is less than all numbers, NULL less than NaN where it counts.
select distinct
  percentile_cont(x, 0.5) over () as middle,
  percentile_cont(x, 0) over () as least,
  percentile_cont(x, 0.25 respect nulls) over () as with_null,
  percentile_cont(n, 0.5 respect nulls) over () as of_integers
from unnest([
  struct(cast('nan' as float64) as x, 1 as n), (null, null), (1.0, 3), (3.0, 4), (cast('inf' as float64), null)
])
