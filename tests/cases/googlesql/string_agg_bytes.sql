select
  string_agg(x, b'; ' order by x desc) = b'\xff; b; a' as joined,
  string_agg(distinct x) in (b'a,b,\xff', b'a,\xff,b', b'b,a,\xff', b'b,\xff,a', b'\xff,a,b', b'\xff,b,a') as distinct_,
  string_agg(x, b'-' order by x limit 2) = b'a-b' as first_two
from unnest([b'a', b'b', b'\xff']) as x
