select
  numeric '1' / 3 as third,
  numeric '99999999999999999999999999999.999999999' / 1 as largest,
  safe_divide(numeric '1', 0) as nothing,
  avg(x) as mean,
  numeric '1.5' * 2 as twice
from unnest([numeric '0.1', numeric '0.2', numeric '0.2']) as x
