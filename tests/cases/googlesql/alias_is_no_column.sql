select a + 1 as x, x + 1 as y from (select 1 as a)
