select t.keep, x, place
from unnest([struct(true as keep, [3, 5] as items), (false, [7])]) as t
left join unnest(t.items) as x with offset as place on t.keep and x > 3
order by x
