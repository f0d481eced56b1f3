select * from (select 'k' as k, 1 as a, null as b) unpivot include nulls (v for n in (a, b)) order by n
