with recursive r as (select 1 as n union all select n + 1 from r where n < 4)
select sum(n) as total from r
