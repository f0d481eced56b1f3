-- The columns of USING come first and once, whatever their place in the tables.
select * except (c) replace (b * 10 as b)
from (select 1 as b, 2 as a, 0 as c) as x
full join (select 5 as d, 3 as a) as y using (a)
order by a
