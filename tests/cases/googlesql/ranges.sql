-- A RANGE has its start and not its end, and either may be without bound.
select
  cast(r as string) as text,
  range_start(r) as from_day,
  range_end(r) as to_day,
  range_contains(r, date '2024-02-01') as has_day,
  range_contains(r, range<date> '[2024-01-10, 2024-01-20)') as has_range,
  range_overlaps(r, range(date '2024-02-01', null)) as overlaps,
  cast(range_intersect(r, range<date> '[2024-01-10, unbounded)') as string) as common,
  r < range(date '2024-01-01', null) as before,
  to_json_string(r) as json,
  count(*) as n
from unnest([range(date '2024-01-01', date '2024-02-01'), range<date> '[UNBOUNDED, 2024-02-01)', range(null, date '2024-02-01'), range(date '2024-01-05', null)]) as r
group by r
order by r
