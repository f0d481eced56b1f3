select a + 1 as x, b, count(*) as n from (select 1 as a, 2 as b union all select 1, 3) group by rollup(1, 2)
order by x, b
