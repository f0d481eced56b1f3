-- By a FLOAT64 it is one; by a decimal it is exact.
select
  percentile_cont(x, 0.5) over () as half,
  percentile_cont(x, numeric '0.123456789') over () as exact,
  percentile_cont(x, bignumeric '1' respect nulls) over () as last
from unnest([numeric '1.25', numeric '99999999999999999999.000000001', null]) as x
limit 1
