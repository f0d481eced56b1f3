{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='user_id',
        cluster_by=['user_id'],
        post_hook="{{ take_out('carts') }}"
    )
}}

-- What each customer bought, and of what most.
with lines as (

    select
        facts.*,
        coalesce(products.category, 'unknown') as category
    from {{ ref('fact_cart_items') }} as facts
    left join {{ ref('dim_products') }} as products
        on facts.product_id = products.product_id
    where facts.user_id is not null

),

favourites as (

    select user_id, category as favourite_category
    from lines
    group by user_id, category
    qualify row_number() over (
        partition by user_id order by sum(quantity) desc, sum(gross_revenue) desc, category
    ) = 1

),

totals as (

    select
        user_id,
        count(distinct cart_id) as carts,
        count(distinct product_id) as products,
        sum(quantity) as quantity,
        sum(gross_revenue) as gross_revenue,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from lines
    group by user_id

),

customers as (

    select
        totals.user_id,
        totals.carts,
        totals.products,
        totals.quantity,
        totals.gross_revenue,
        safe_divide(totals.gross_revenue, totals.carts) as average_cart_value,
        totals.first_ordered_at,
        totals.last_ordered_at,
        favourites.favourite_category
    from totals
    left join favourites
        on totals.user_id = favourites.user_id

)

{{ only_changes('customers', ['user_id'], count='carts') }}
