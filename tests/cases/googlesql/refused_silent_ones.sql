with renamed(a) as (select 1)
select
  1 = 'x' as other_types,
  [1] = [1] as arrays_compare,
  json_value('{}', 'lax $.a') as lax_path,
  safe.ln(cast('x' as int64)) as argument_fails,
  percentile_cont(a, 0.5) as no_window,
  cast(date '2024-01-01' as int64) as no_cast
from renamed
group by rollup(a, a + 1)
limit 1.5
