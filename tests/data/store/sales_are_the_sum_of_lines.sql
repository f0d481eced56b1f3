-- Days, customers and lines come to the same money.
select lines.revenue, days.revenue as of_days, customers.revenue as of_customers
from (select coalesce(sum(gross_revenue), 0) as revenue from {{ ref('fact_cart_items') }}) as lines
cross join (select coalesce(sum(gross_revenue), 0) as revenue from {{ ref('sales_by_category_daily') }}) as days
cross join (select coalesce(sum(gross_revenue), 0) as revenue from {{ ref('customer_summary') }}) as customers
where lines.revenue != days.revenue or lines.revenue != customers.revenue
