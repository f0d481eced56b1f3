select
  sqrt(x) as root,
  cast(x as bignumeric(3, 4)) as no_type,
  sum(x) over (order by x range between 1 preceding and current row) as near
from unnest([bignumeric '1']) as x
