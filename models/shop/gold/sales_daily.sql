{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['ordered_date', 'local_date', 'country', 'currency'],
        partition_by={'field': 'ordered_date', 'data_type': 'date'},
        post_hook="{{ take_out('orders') }}"
    )
}}

-- Sales by day, in UTC and as the shop's clock says.
with days as (

    select
        ordered_date,
        date(ordered_at, '{{ var("shop_time_zone") }}') as local_date,
        coalesce(country, 'unknown') as country,
        coalesce(currency, '{{ var("shop_currency") }}') as currency,
        count(*) as orders,
        count(distinct customer_id) as customers,
        sum(total_amount) as revenue,
        safe_divide(sum(total_amount), count(*)) as average_order_value
    from {{ ref('orders') }}
    group by ordered_date, local_date, country, currency

)

{{ only_changes('days', ['ordered_date', 'local_date', 'country', 'currency'], count='orders') }}
