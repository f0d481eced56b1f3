select * except (b) replace (a + 1 as a) from (select 1 as a, 2 as b, 3 as c)
