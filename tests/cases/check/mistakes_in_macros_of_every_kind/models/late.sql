select order_id from {{ ref('events') }} where {{ kept('placed_on') }}
