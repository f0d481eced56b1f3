select x,
  x like any unnest(['a%', null]) as any_of,
  x like all unnest(['a%', '%c']) as all_of,
  x not like any (select 'a%' union all select '%b') as not_any,
  x like all (select p from unnest(cast([] as array<string>)) as p) as all_of_none,
  b'a\xff' like b'a_' as bytes
from unnest(['abc', 'b', null]) as x
