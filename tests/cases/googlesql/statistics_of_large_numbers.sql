select
  stddev_samp(x) as spread,
  var_pop(x) as too_large,
  any_value(k having max n) as beside_nan
from unnest([struct(1.0 as x, 'a' as k, 1.0 as n), (2.2e+304, 'b', cast('nan' as float64)), (-2.2e+304, 'c', 3.0)])
