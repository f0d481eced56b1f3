select
  cast('nan' as float64) between null and x as neither,
  not (x >= cast('nan' as float64)) as unknown,
  x <> cast('nan' as float64) as unknown_too,
  1.0 >= cast('nan' as float64) as smaller
from (select cast(null as float64) as x)
