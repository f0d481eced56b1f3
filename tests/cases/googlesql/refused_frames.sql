select count(*) over (order by x range between 1 preceding and 2 preceding),
  count(*) over (order by x range between unbounded preceding and 1 following)
from unnest([1.0]) as x
