-- Sums pass over what no type holds on their way; statistics are exact before they are rounded.
select
  cast(sum(x) as string) as total,
  cast(avg(x) as string) as mean,
  cast(max(x) as string) as most,
  var_pop(x) as spread,
  corr(x, x) as with_itself,
  count(distinct x) as different,
  cast(array_agg(x order by x desc limit 1)[offset(0)] as string) as last
from unnest([bignumeric '5e38', bignumeric '5e38', bignumeric '-5e38', bignumeric '-5e38', bignumeric '1e-38']) as x
