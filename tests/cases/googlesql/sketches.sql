-- Exact where BigQuery approximates; NULL is no value.
with sketches as (
  select day, hll_count.init(x) as sketch
  from unnest([struct(1 as day, 'a' as x), (1, 'b'), (1, 'a'), (2, 'b'), (2, 'c'), (3, null)])
  group by day
)
select
  hll_count.merge(sketch) as all_days,
  hll_count.extract(hll_count.merge_partial(sketch)) as extracted,
  (select hll_count.merge(sketch) from sketches where day = 3) as none,
  countif(sketch is null) as unknown
from sketches
