-- Every line of silver is in gold with its quantity, and nothing else is.
select
    coalesce(silver.cart_id, gold.cart_id) as cart_id,
    coalesce(silver.product_id, gold.product_id) as product_id,
    silver.quantity as silver_quantity,
    gold.quantity as gold_quantity
from {{ ref('cart_items') }} as silver
full outer join {{ ref('fact_cart_items') }} as gold
    on silver.cart_id = gold.cart_id and silver.product_id = gold.product_id
where silver.quantity is null
    or gold.quantity is null
    or silver.quantity != gold.quantity
