with numbers as (select x from unnest([cast('nan' as float64), 1, cast('inf' as float64), null]) as x)
select
  countif(x = x) as equal_to_itself,
  countif(x > 0) as positive,
  countif(x between 0 and 2) as between_two,
  cast(min(x) as string) as least,
  (select string_agg(ifnull(cast(x as string), 'null'), ' ' order by x) from numbers) as in_order
from numbers
