select
    upper(status order by order_id) as ordered,
    upper(distinct status) as once,
    coalesce(status, 'none' limit 1) as limited,
    lower(status ignore nulls) as without_nulls,
    length(status having max amount) as of_the_largest
from {{ source('raw', 'orders') }}
