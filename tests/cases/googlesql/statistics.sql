select
  stddev_pop(x) as not_finite,
  corr(x, 1) as one_pair,
  (select var_pop(n) from unnest([numeric '99999999999999999999.1', numeric '99999999999999999999.2']) as n) as exact,
  (select covar_samp(a.x, a.y) from unnest([struct(1.0 as x, 2.0 as y), (3, 5)]) as a) as pairs,
  (select any_value(n having max n) from unnest([1, 3, 2]) as n) as most,
  (select approx_quantiles(n, 2) from unnest([1, 2, 3, 4, 5]) as n) as quantiles
from unnest([cast('inf' as float64)]) as x
