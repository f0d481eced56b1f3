select
    cast(amount as numeric(50, 2)) as amount,
    cast(order_id as string(0)) as order_id,
    cast([status] as array<strng>) as statuses,
    cast(city as int64(5)) as city,
    struct<name string(3)>(status) as status,
    cast(items as array<struct<sku string(12), quantity int64, price numeric(10, 2)>>) as items
from {{ source('raw', 'orders') }}
cross join unnest([address.city]) as city
