select k, (select max(a) from (select k as a union all select v)) as most
from unnest([struct(1 as k, 2 as v), (1, 2), (3, 1)])
group by k, v
having (select max(a) from (select k as a union all select v)) > 1
order by k
