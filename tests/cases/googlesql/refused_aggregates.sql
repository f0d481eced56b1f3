select
  sum('a') as no_number,
  sum(true) as no_truth,
  nth_value(x, 0) over (order by x) as from_one,
  percentile_cont(x, 0.5) over () as decimal,
  to_json_string(struct(1, 2)) as no_names
from unnest([numeric '1']) as x
