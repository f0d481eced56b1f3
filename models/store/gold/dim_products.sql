{{ config(cluster_by=['product_id']) }}

-- The products as they are now; what one cost on a day is in `products`.
select
    products.product_id,
    products.title,
    products.category,
    coalesce(categories.department, 'Other') as department,
    products.price,
    products.description,
    products.image_url,
    products.rating,
    products.rating_count,
    products.version,
    products.loaded_at
from {{ ref('products') }} as products
left join {{ ref('product_categories') }} as categories
    on lower(products.category) = categories.category
where products.is_current
