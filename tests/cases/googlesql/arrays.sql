with orders as (
  select 1 as id, [struct('a' as sku, 2 as qty), struct('b' as sku, 1 as qty)] as lines
  union all
  select 2, [struct('c' as sku, 5 as qty)]
)
select orders.id, line.sku, line.qty, position, [10, 20][offset(0)] as first_item, [10, 20][safe_offset(5)] as beyond
from orders
cross join unnest(orders.lines) as line with offset as position
order by id, position
