select 1 as a, 'x' as b full union all by name select 'y' as b, 2.5 as c
full outer union all by name on (c, a) select 3 as a, 4.5 as c
order by a
