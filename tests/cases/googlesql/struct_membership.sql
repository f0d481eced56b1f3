select
  (1, 2) in (select (1, 2)) as in_query,
  (1, 3) in unnest([(1, 2), (1, null)]) as not_known,
  struct(1 as x, 2 as y) is distinct from struct(1 as a, 2 as b) as by_position,
  cast('nan' as float64) in unnest([cast('nan' as float64)]) as nan_is_nothing
