-- The name of an item goes before columns of that name: `status` is no more ambiguous than `city`.
select
    o.status,
    o.address.city,
    count(*) as orders
from {{ source('raw', 'orders') }} as o
join {{ source('raw', 'customers') }} as c on c.status = o.status
group by status, city
