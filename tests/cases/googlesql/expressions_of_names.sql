select
  with(a as x * 2, b as a + 1, [a, b]) as named,
  with(r as rand(), r = r) as once,
  (x).abs().(safe.sqrt)() as chained,
  array_filter([1, 2, 3], e -> e > x) as filtered,
  array_transform(['a', 'b'], (e, i) -> concat(e, x + i)) as transformed
from unnest([1]) as x
