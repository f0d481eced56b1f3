-- HAVING, QUALIFY and ORDER BY see the alias before the column of the same name; WHERE and the SELECT list the column.
with t as (select 1 as a, 'x' as g union all select 2, 'x' union all select 3, 'y')
select -a as a, g, (select count(*) from unnest([1, 2, 3]) as e where e > a) as above from t
where a > 0
qualify row_number() over (partition by g order by a) = 1
order by a + 0
