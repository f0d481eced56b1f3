select
    status,
    extract(month from placed_on) as month,
    placed_on,
    address.city,
    sum(amount) as amount,
    sum(sum(amount)) as twice
from {{ source('raw', 'orders') }}
where sum(amount) > 0
group by status, extract(month from placed_on)
having customer_id > 1
