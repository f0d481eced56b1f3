-- Behind the alias of an aggregate a number needs no underscore of its own.
select *
from (select numeric '1.5' as n, date '2024-01-31' as d, 1 as v)
  pivot (sum(v) as total for n in (1.5, -2.5))
  pivot (max(total_1_point_5) as most, count(*) as days for d in ('2024-01-31', date '2024-02-01'))
