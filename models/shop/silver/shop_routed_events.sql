{{ config(materialized='ephemeral') }}

-- Every message with its type, its time, and what is wrong with it.
with landed as (

    select
        lower(json_value(payload, '$.event_type')) as event_type,
        safe_cast(
            coalesce(json_value(payload, '$.order_date'), json_value(payload, '$.timestamp')) as timestamp
        ) as event_at,
        payload,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('shop', 'shop_events') }}

)

select
    *,
    case
        when event_type is null then 'event_type is missing'
        when event_type not in ('order', 'inventory', 'user_activity') then concat('unknown event_type ', event_type)
        when event_type = 'order' and json_value(payload, '$.order_id') is null then 'order_id is missing'
        when event_type = 'order' and json_value(payload, '$.customer_id') is null then 'customer_id is missing'
        when event_type = 'order' and safe_cast(json_value(payload, '$.total_amount') as numeric) is null
            then 'total_amount is missing or no number'
        when event_type = 'inventory' and json_value(payload, '$.inventory_id') is null then 'inventory_id is missing'
        when event_type = 'inventory'
            and not regexp_contains(coalesce(json_value(payload, '$.quantity_change'), ''), r'^-?[0-9]+$')
            then 'quantity_change is missing or no whole number'
        when event_type = 'user_activity' and json_value(payload, '$.user_id') is null then 'user_id is missing'
        when event_type = 'user_activity' and json_value(payload, '$.activity_type') is null
            then 'activity_type is missing'
        when event_at is null then 'the time is missing or no time'
    end as problem
from landed
