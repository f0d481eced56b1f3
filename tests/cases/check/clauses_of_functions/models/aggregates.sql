select
    sum(amount order by order_id) as total,
    any_value(status ignore nulls) as any_status,
    max(amount limit 1) as largest,
    -- These are right.
    array_agg(distinct status ignore nulls order by status limit 3) as statuses,
    any_value(status having max amount) as status_of_largest,
    string_agg(status, ', ' order by status desc) as listed,
    sum(distinct amount having min placed_on) as first_amounts
from {{ source('raw', 'orders') }}
