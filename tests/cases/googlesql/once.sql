select
  count(*) as all_rows,
  countif(safe_divide(1, x.r) = 1 / x.r) as same_number,
  max(least(rand(), 0.5)) <= 0.5 as at_most
from (select 1 + rand() as r from unnest(generate_array(1, 50))) as x
