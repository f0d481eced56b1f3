-- Keys order the rows before aggregates do.
from unnest([1, 2, 1, 3, 2]) as a
|> aggregate count(*) as n desc group and order by a desc
