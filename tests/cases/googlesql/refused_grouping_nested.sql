select s.a, s.a + 1, count(*)
from unnest([struct(1 as a)]) as s cross join unnest([1, 2]) as b
group by cube (s.a, s.a + 1)
