-- Every landed message is in a table of silver, or another one says the same there.
select landed.table_name, landed.id
from (
    select
        'order_events' as table_name,
        concat(order_id, '/', coalesce(lower(status), 'unknown'), '/', cast(unix_micros(order_date) as string)) as id
    from {{ source('shop', 'orders') }}
    union distinct
    select 'inventory_movements', inventory_id
    from {{ source('shop', 'inventory') }}
    union distinct
    select
        'user_activity',
        concat(user_id, '/', lower(activity_type), '/', cast(unix_micros(timestamp) as string))
    from {{ source('shop', 'user_activity') }}
) as landed
left join (
    select
        'order_events' as table_name,
        concat(order_id, '/', status, '/', cast(unix_micros(event_at) as string)) as id
    from {{ ref('order_events') }}
    union distinct
    select 'inventory_movements', inventory_id
    from {{ ref('inventory_movements') }}
    union distinct
    select 'user_activity', concat(user_id, '/', activity_type, '/', cast(unix_micros(active_at) as string))
    from {{ ref('user_activity') }}
) as kept
    on landed.table_name = kept.table_name and landed.id = kept.id
where kept.id is null
