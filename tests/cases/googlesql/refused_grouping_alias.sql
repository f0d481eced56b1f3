select a, a + 1 as n from unnest([1, 2]) as a group by grouping sets (a, n)
