{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['order_date', 'category'],
        partition_by={'field': 'order_date', 'data_type': 'date'},
        cluster_by=['category'],
        post_hook="{{ take_out('carts') }}"
    )
}}

with lines as (

    select
        facts.order_date,
        coalesce(products.category, 'unknown') as category,
        coalesce(products.department, 'Other') as department,
        facts.cart_id,
        facts.user_id,
        facts.quantity,
        facts.gross_revenue
    from {{ ref('fact_cart_items') }} as facts
    left join {{ ref('dim_products') }} as products
        on facts.product_id = products.product_id

),

days as (

    select
        order_date,
        category,
        department,
        count(distinct cart_id) as carts,
        count(distinct user_id) as customers,
        sum(quantity) as quantity,
        sum(gross_revenue) as gross_revenue,
        safe_divide(sum(gross_revenue), sum(quantity)) as average_unit_price
    from lines
    group by order_date, category, department

)

{{ only_changes('days', ['order_date', 'category'], count='carts') }}
