select
  x,
  safe.div(1, x) as quotient,
  safe.mod(7, x) as remainder,
  safe.left('ab', x) as start,
  safe.int64(j) as number,
  farm_fingerprint('foo') as fingerprint
from unnest([struct(0 as x, json '1' as j), (-1, json '"x"'), (2, json 'null')])
