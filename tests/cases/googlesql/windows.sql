with t as (
  select * from unnest([struct(1 as k, 10 as v), struct(1 as k, cast(null as int64) as v), struct(2 as k, 30 as v)])
)
select
  k, v,
  row_number() over (partition by k order by v desc) as n,
  sum(v) over w as running,
  countif(v > 5) over (partition by k) as big
from t
where true
qualify row_number() over (partition by k order by v) = 1
window w as (partition by k order by v rows between unbounded preceding and current row)
order by k
