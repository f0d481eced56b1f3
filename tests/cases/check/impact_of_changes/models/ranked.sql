select
    sku,
    rank() over (order by revenue desc) as place,
    revenue - lag(revenue) over (order by first_seen) as more
from {{ ref('by_sku') }}
