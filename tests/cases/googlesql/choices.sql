-- Fields go by position, whatever their names; NaN beside NULL is not known.
select
  case when false then struct(1 as a, 'x' as b) else struct(2 as c, 'y' as d) end as s,
  if(false, struct(1 as a), struct(2 as z)).a as from_if,
  coalesce(cast(null as struct<a int64>), struct(3 as z)).a as from_coalesce,
  x between null and null as between_nulls,
  not (x >= y) as not_known
from (select cast('nan' as float64) as x, cast(null as float64) as y)
