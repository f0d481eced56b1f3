-- NaN comes before the numbers, whatever names the key.
select x / 1 as y from unnest([2.0, cast('nan' as float64), null, 1.0]) as x order by 1
