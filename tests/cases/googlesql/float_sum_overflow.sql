select sum(x) from unnest([1e308, 1e308]) as x
