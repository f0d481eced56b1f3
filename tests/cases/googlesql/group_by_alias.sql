with days as (select d from unnest([date '2024-01-05', date '2024-01-20', date '2024-02-01']) as d)
select date_trunc(d, month) as d, count(*) as n
from days
group by d
order by d
