select array_agg(x order by x limit 1 + 1) as two
from (select x from unnest([3, 1, 2]) as x order by x limit mod(7, 4))
