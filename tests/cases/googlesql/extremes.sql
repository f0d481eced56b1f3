select k,
  max(x having max y) as of_the_most,
  count(* having min y) as how_many,
  array_agg(x having max y order by x desc limit 1) as one_of_them,
  sum(x) as of_all
from unnest([struct('a' as k, 5 as x, 1 as y), ('a', 9, 2), ('a', 7, 2), ('b', 1, null)]) group by k order by k
