select
    o.status as state,
    extract(MONTH from o.placed_on) as month,
    extract(month from placed_on) + 1 as next_month,
    address.city,
    date_trunc(placed_on, week(monday)) as week,
    sum(amount) as amount,
    sum(sum(amount)) over (partition by o.status) as of_state,
    (select count(*) from {{ source('raw', 'customers') }} as c where c.status = o.status) as same_state
from {{ source('raw', 'orders') }} as o
group by state, 2, 3, o.address, week
having amount > 0 and count(*) > 1
qualify row_number() over (partition by state order by amount desc) = 1
order by state, sum(amount), month
