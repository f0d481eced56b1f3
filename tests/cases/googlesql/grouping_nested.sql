-- Keys that are parts of one another. `a + 1` is computed from the key `a`, so it is NULL where `a`
-- is; GROUPING means the key.
select a, a + 1 as next, upper(k) as upper_k, count(*) as n, grouping(a + 1) as no_next
from unnest([struct(1 as a, 'x' as k), (2, 'x'), (2, 'y')])
group by grouping sets (a, a + 1, (a, a + 1), upper(k))
order by a, a + 1, upper(k), n, grouping(a + 1)
