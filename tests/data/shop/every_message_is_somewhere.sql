-- Every landed message is in a table of silver or among the rejected.
with landed as (

    select distinct record_hash
    from {{ ref('shop_routed_events') }}

),

kept as (

    select record_hash from {{ ref('order_events') }}
    union distinct
    select record_hash from {{ ref('inventory_movements') }}
    union distinct
    select record_hash from {{ ref('user_activity') }}
    union distinct
    select record_hash from {{ ref('shop_events_rejected') }}

)

select landed.record_hash
from landed
left join kept
    on landed.record_hash = kept.record_hash
where kept.record_hash is null
