-- No column is a key here: each expression is the key that it is.
select a + 1 as n, (a + 1) * 2 as m, count(*) as c
from unnest([1, 2, 2]) as a
group by grouping sets (a + 1, (a + 1) * 2)
order by n, m
