select * from unnest([1, 1, 1, 2]) as n intersect all select * from unnest([1, 1, 3]) as n
