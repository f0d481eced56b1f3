select
    {{ status_of_both() }},
    {{ first_day('o.placed_on') }} as day,
    {{ shown('o.amount') }} as amount,
    {{ shown('o.address.citty') }} as city
from {{ source('raw', 'orders') }} as o
join {{ source('raw', 'customers') }} as c on {{ joined() }}
