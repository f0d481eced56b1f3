-- Only the columns that are listed need to be clear.
select 1 as a, 2 as b, 2 as b, 3 as c
full union all corresponding by (c, d)
select 4 as d, 5 as e, 5 as e
