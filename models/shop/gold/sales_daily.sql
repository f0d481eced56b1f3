{{ config(partition_by={'field': 'ordered_date', 'data_type': 'date'}) }}

-- Sales by day, in UTC and as the shop's clock says.
select
    ordered_date,
    date(ordered_at, '{{ var("shop_time_zone") }}') as local_date,
    coalesce(country, 'unknown') as country,
    coalesce(currency, '{{ var("shop_currency") }}') as currency,
    count(*) as orders,
    count(distinct customer_id) as customers,
    sum(total_amount) as revenue
from {{ ref('orders') }}
group by ordered_date, local_date, country, currency
