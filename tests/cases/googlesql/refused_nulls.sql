select
  null + 1 as sum,
  1 * (null) as product,
  -null as negative,
  not null as negation,
  null = 1 as equal,
  'a' || null as joined,
  null like 'a' as pattern,
  null & 1 as bits
