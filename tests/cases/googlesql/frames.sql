-- NaN is near no number.
select x, count(*) over (order by x range between 1 preceding and 1 following) as near
from unnest([1.0, 1.5, 3.0, cast('nan' as float64), null]) as x
order by x
