with recursive a as (
  with recursive b as (
    select 1 as n union all select n + 1 from b where n < 3
  )
  select n from b
  union all
  select n + 10 from a where n < 10
)
select n from a order by n
