select *
from (select date '2024-01-31' as day, 2.5 as x, 1.0 as y union all select date '2024-01-31', 3.5, 2.0)
pivot (corr(x, y) for day in (date '2024-01-31'))
