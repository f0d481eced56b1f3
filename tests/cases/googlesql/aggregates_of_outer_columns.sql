-- An aggregate is over the rows of its own subquery, whatever its argument reads.
select
  x,
  (select sum(x) from unnest([1, 2])) as twice,
  (select string_agg(cast(x as string), '+') from unnest(['a', 'b']) as word) as texts,
  exists(select count(x) from unnest([1, 2, 3]) as y having count(x) > 2) as three
from unnest([5, 6]) as x
where (select max(x) from unnest([1])) > 4
order by x
