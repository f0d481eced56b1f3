{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['cart_id', 'product_id'],
        cluster_by=['cart_id', 'product_id'],
        post_hook="{{ take_out('lines') }}"
    )
}}

-- One row a cart and product: a product listed twice in a cart is summed, an empty or deleted cart gives no row.
with items as (

    select
        carts.cart_id,
        safe_cast(json_value(line, '$.productId') as int64) as product_id,
        carts.user_id,
        carts.ordered_at,
        carts.order_date,
        sum(safe_cast(json_value(line, '$.quantity') as int64)) as quantity,
        count(*) as lines,
        carts.loaded_at
    from {{ ref('carts_current') }} as carts
    cross join unnest(json_query_array(carts.lines, '$')) as line
    where not carts.is_deleted
    group by
        carts.cart_id,
        product_id,
        carts.user_id,
        carts.ordered_at,
        carts.order_date,
        carts.loaded_at

)

{{ only_changes('items', ['cart_id', 'product_id'], count='lines') }}
