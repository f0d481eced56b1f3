with source as (select * from {{ source('raw', 'orders') }})

select
    order_id,
    amount,
    placed_on,
    items,
    case when status = 'new' then 'open' else status end as state,
    struct(address.city as city, amount as amount) as place
from source
where status != 'void'
