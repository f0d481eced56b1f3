-- Values without an alias name their columns themselves; any aggregate counts the rows of a value.
select *
from unnest([struct(1 as n, 'a' as v), (-1, 'b'), (null, 'c'), (1, 'd')])
pivot (array_agg(v order by v desc limit 1) as last, count(*) as n for n in (1, -1, null))
