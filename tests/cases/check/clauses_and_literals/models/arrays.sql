with recursive
    further as (select n + 1 as n from start),
    start as (select 1 as n),
    counted as (
        with own as (select n from further)
        select n from own
        union all
        select n + 1 from counted where n < 5 and m > 1
    )
select c.n, x, y.price, upper(x) as wrong
from counted as c, unnest([1, 2]) as x, {{ source('raw', 'orders') }} as o, unnest(o.items) as y
