select
  g,
  count(*) as n,
  sum(x) as total,
  avg(x) as mean,
  string_agg(name, '|' order by name desc) as names,
  array_to_string(array_agg(name ignore nulls order by name limit 2), ',') as first_two,
  logical_or(x > 2) as any_big,
  sum(cast(x as numeric) * numeric '1.10') as money
from unnest([
  struct('a' as g, 1 as x, 'p' as name),
  struct('a' as g, 3 as x, 'q' as name),
  struct('b' as g, 2 as x, cast(null as string) as name)
])
group by g
having count(*) > 0
order by g
