from {{ source('raw', 'orders') }} as o
|> where o.status != 'void'
|> extend amount * 2 as doubled
|> aggregate sum(doubled) as total, count(*) as orders group by o.status, placed_on as day
|> where total > 0
|> rename total as revenue
|> as s
|> join {{ source('raw', 'customers') }} as c on c.name = s.status
|> select day, revenue, c.name
|> order by revenue desc
