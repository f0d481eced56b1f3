-- `o` and `c` go on meaning the rows that they meant.
from {{ source('raw', 'orders') }} as o
|> where placed_on > '2024-01-01'
|> join (select customer_id as buyer, name from {{ source('raw', 'customers') }}) as c
    on cast(o.customer_id as string) = c.buyer
|> extend amount * 2 as doubled
|> set status = upper(o.status)
|> drop items
|> rename buyer as who
|> aggregate sum(doubled) as total, any_value(c.name having max placed_at) as name, max(o.status) as last_status
   group by o.customer_id, status
|> rename total as sum_of_all
|> order by name
|> limit 10
