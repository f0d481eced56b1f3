{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='event_id',
        partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['event_type', 'event_id']
    )
}}

-- What happened to carts: created, modified, deleted. An event's id holds the cart's version, so that a cart
-- that is again as it was, or back again, is another event.
with events as (

    select
        json_value(payload, '$.event_id') as event_id,
        json_value(payload, '$.change') as event_type,
        safe_cast(json_value(payload, '$.key') as int64) as cart_id,
        safe_cast(json_value(payload, '$.version') as int64) as version,
        safe_cast(json_value(payload, '$.cold_start') as bool) as is_cold_start,
        safe_cast(json_value(payload, '$.detected_at') as timestamp) as happened_at,
        json_query(payload, '$.record') as cart,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('store', 'carts') }}
    where true
    {{ landed_lately() }}

),

latest as (

    select *
    from events
    qualify row_number() over (partition by event_id order by _ingested_at, _seq) = 1

)

select
    latest.event_id,
    latest.event_type,
    latest.cart_id,
    latest.version,
    latest.is_cold_start,
    latest.happened_at,
    safe_cast(json_value(latest.cart, '$.userId') as int64) as user_id,
    safe_cast(json_value(latest.cart, '$.date') as timestamp) as ordered_at,
    json_query(latest.cart, '$.products') as lines,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['event_id'], version=none) }}
