select sku_a, sku_b_total, status
from (select status, item.sku, item.price from {{ source('raw', 'orders') }}, unnest(items) as item)
    pivot (sum(price) for sku in ('sku_a'))
cross join (select 1 as sku_b_total)
