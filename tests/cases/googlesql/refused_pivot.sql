select * from (select 2020 as y, 1 as v) pivot (sum((select v)) for y in (2020, 20.5))
