-- The carts as last seen: one row a cart, its lines kept as they came.
with latest as (

    select payload, _ingested_at
    from {{ source('store', 'carts') }}
    where true
    {{ latest_record() }}

)

select
    safe_cast(json_value(payload, '$.id') as int64) as cart_id,
    safe_cast(json_value(payload, '$.userId') as int64) as user_id,
    safe_cast(json_value(payload, '$.date') as timestamp) as ordered_at,
    date(safe_cast(json_value(payload, '$.date') as timestamp)) as order_date,
    json_query(payload, '$.products') as lines,
    _ingested_at as loaded_at
from latest
