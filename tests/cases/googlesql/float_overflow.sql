select x * 10 from unnest([1e308]) as x
