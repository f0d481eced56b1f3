select order_id from {{ ref('events') }} where amount > 1
