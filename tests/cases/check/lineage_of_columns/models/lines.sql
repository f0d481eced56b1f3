{{ config(materialized='ephemeral') }}

select o.order_id, o.placed_on, item.sku, item.price * item.quantity as value, place.city
from {{ ref('orders') }} as o, unnest(o.items) as item
