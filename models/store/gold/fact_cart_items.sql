{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['cart_id', 'product_id'],
        partition_by={'field': 'order_date', 'data_type': 'date'},
        cluster_by=['product_id', 'user_id'],
        post_hook="{{ take_out('lines') }}"
    )
}}

-- Sales by cart and product, at the price the product had when the cart was ordered. Of orders that are older
-- than the catalogue's first version, that one's price is the best known.
with items as (

    select
        sold.cart_id,
        sold.product_id,
        sold.user_id,
        cast(format_date('%Y%m%d', sold.order_date) as int64) as order_date_key,
        sold.order_date,
        sold.ordered_at,
        sold.quantity,
        products.price as unit_price,
        cast(sold.quantity as numeric) * products.price as gross_revenue,
        products.version as product_version,
        sold.lines,
        greatest(sold.loaded_at, coalesce(products.loaded_at, sold.loaded_at)) as loaded_at
    from {{ ref('cart_items') }} as sold
    left join {{ ref('products') }} as products
        on sold.product_id = products.product_id
        and {{ as_of('products', 'sold.ordered_at') }}

)

{{ only_changes('items', ['cart_id', 'product_id'], count='lines') }}
