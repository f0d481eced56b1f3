-- Beside an aggregate, what names no column is no key: there is one group, of no rows too.
select concat('a', 'b') as fixed, count(*) as n
from unnest([1]) as x
where x > 1
group by all
