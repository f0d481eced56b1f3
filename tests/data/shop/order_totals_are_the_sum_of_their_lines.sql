-- An order's total is what its lines come to, but for a cent.
select order_id, total_amount, lines_amount
from {{ ref('fact_orders') }}
where abs(total_amount - lines_amount) > 0.01
