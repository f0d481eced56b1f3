select
  approx_top_count(x, 2) as two,
  (select approx_top_count(y, 3) from unnest(cast([] as array<int64>)) as y) as none,
  approx_top_count(x, 9)[2].value is null as null_is_last
from unnest(['a', 'b', 'a', null, 'a', 'b']) as x
