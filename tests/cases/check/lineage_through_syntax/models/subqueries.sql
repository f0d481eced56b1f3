select
    o.order_id,
    (select max(c.name) from {{ source('raw', 'customers') }} as c where c.status = o.status) as name,
    exists (select 1 from {{ source('raw', 'customers') }} as c where c.customer_id = o.status) as is_known,
    if(o.amount > 1, o.status, 'none') as word,
    case o.status when 'a' then o.placed_on else date(o.placed_at) end as day,
    coalesce(o.status, cast(o.amount as string)) as text
from {{ source('raw', 'orders') }} as o
where o.customer_id in (select cast(customer_id as int64) from {{ source('raw', 'customers') }} where name is not null)
