-- All digits of a BIGNUMERIC are kept; numbers beside it take its type.
select
  cast(bignumeric '578960446186580977117854925043439539266.34992332820282019728792003956564819967' as string) as most,
  cast(x + 1 as string) as more,
  cast(x * 2.5 as string) as times,
  cast(x / 3 as string) as third,
  cast(round(x, 1) as string) as rounded,
  cast(round(x, 0, 'ROUND_HALF_EVEN') as string) as even,
  cast(mod(x, 2) as string) as rest,
  cast(if(x > 1, x, 2) as string) as chosen,
  x in (1, 1.00000000000000000000000000000000000001) as among,
  x in unnest([1, -2.5]) as in_array,
  x = 1 as equal,
  cast(x as float64) as double,
  to_json_string(x) as json,
  format('%t %T %.3f', x, x, x) as formatted
from unnest([bignumeric '1.00000000000000000000000000000000000001', bignumeric '-2.5']) as x
order by x
