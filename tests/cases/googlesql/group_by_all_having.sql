-- The keys are what the SELECT list says, whatever HAVING names.
select x > 1 as large, count(*) as n, div(numeric '7.5', numeric '-2') as whole
from unnest([1, 2, 3]) as x
group by all
having large is not null and count(*) > 0
order by large
