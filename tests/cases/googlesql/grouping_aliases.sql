select lower(k) as key, grouping(lower(k)) as is_all, count(*) as n
from unnest(['a', 'A', 'b']) as k
group by rollup (key)
having grouping(key) = 0 or count(*) > 2
order by grouping(key), key
