select *
from (select 'a' as k, 1 as v, 'z' as g union all select 'b', 2, 'z' union all select 'a', 3, 'y' union all select null, 4, 'y')
pivot (sum(v) as s, count(*) as n for k in ('a', null as none)) as p
order by g
