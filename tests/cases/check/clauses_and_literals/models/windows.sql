select
    upper(status) over () as no_window,
    row_number() as no_over,
    lower(distinct status) as no_distinct,
    sum(amount) over (order by placed_on rows between 'x' preceding and current row) as frame,
    items < items as ordered
from {{ source('raw', 'orders') }}
order by items
