select sku, sum(value) as revenue, min(placed_on) as first_seen
from {{ ref('lines') }}
group by sku
union all
select 'none', sum(amount), null
from {{ ref('orders') }}
where array_length(items) = 0
