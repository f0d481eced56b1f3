select * from (select 1 as id, 1 as a, 2 as b, null as c, cast(null as int64) as d, 5 as e, cast(null as int64) as f)
unpivot ((x, y) for k in ((a, b) as 'ab', (d, f), (e, f)))
order by k
