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
-- that is again as it was, or back again, is another event. Bronze holds the events themselves, or the states
-- that they led to, one a version.
with landed as (

    select
        -- The key of an event's row is the event's.
        coalesce(json_value(payload, '$.key'), _record_key) as cart_key,
        json_value(payload, '$.change') as change,
        json_value(payload, '$.event_id') as told_id,
        safe_cast(json_value(payload, '$.version') as int64) as told_version,
        row_number() over (
            partition by coalesce(json_value(payload, '$.key'), _record_key) order by _ingested_at, _seq
        ) as counted_version,
        safe_cast(json_value(payload, '$.detected_at') as timestamp) as detected_at,
        if(json_value(payload, '$.change') is null, payload, json_query(payload, '$.record')) as cart,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('store', 'carts') }}

),

events as (

    select
        *,
        coalesce(told_version, counted_version) as version,
        coalesce(change, if(counted_version = 1, 'created', 'modified')) as event_type
    from landed
    where true
    {{ landed_lately() }}

),

named as (

    select
        *,
        coalesce(
            told_id,
            concat('store.carts/', cart_key, '/', cast(version as string), '/', event_type)
        ) as event_id
    from events

),

latest as (

    select *
    from named
    qualify row_number() over (partition by event_id order by _ingested_at, _seq) = 1

)

select
    latest.event_id,
    latest.event_type,
    safe_cast(latest.cart_key as int64) as cart_id,
    latest.version,
    coalesce(latest.detected_at, latest._ingested_at) as happened_at,
    safe_cast(json_value(latest.cart, '$.userId') as int64) as user_id,
    safe_cast(json_value(latest.cart, '$.date') as timestamp) as ordered_at,
    json_query(latest.cart, '$.products') as lines,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['event_id'], version=none) }}
