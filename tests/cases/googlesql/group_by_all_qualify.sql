select k, sum(v) as total, row_number() over (order by sum(v) desc) as place
from unnest([struct('a' as k, 1 as v), ('b', 5), ('a', 2)])
group by all
qualify place = 1
