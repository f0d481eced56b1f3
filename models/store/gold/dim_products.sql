{{ config(cluster_by=['product_id']) }}

select
    products.product_id,
    products.title,
    products.category,
    coalesce(categories.department, 'Other') as department,
    products.price,
    products.rating,
    products.rating_count,
    products.loaded_at
from {{ ref('products') }} as products
left join {{ ref('product_categories') }} as categories
    on lower(products.category) = categories.category
