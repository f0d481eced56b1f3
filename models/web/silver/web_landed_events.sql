{{ config(materialized='ephemeral') }}

-- Stream and files alike, typed, with what is wrong with an event in `problem`.
with landed as (

    select 'stream' as origin, payload, _record_hash, _ingested_at, _seq
    from {{ source('web', 'events') }}

    union all

    select 'batch' as origin, payload, _record_hash, _ingested_at, _seq
    from {{ source('web', 'event_batches') }}

),

typed as (

    select
        -- An event without an id is known by what it says, so that a replay is no second event.
        coalesce(
            json_value(payload, '$.event_id'),
            concat('hash_', substr(_record_hash, 1, 24))
        ) as event_id,
        json_value(payload, '$.event_id') is null as has_generated_id,
        safe_cast(json_value(payload, '$.event_timestamp') as timestamp) as event_timestamp,
        lower(json_value(payload, '$.event_type')) as event_type,
        json_value(payload, '$.device_id') as device_id,
        json_value(payload, '$.user_id') as user_id,
        json_value(payload, '$.properties.page_url') as page_url,
        json_value(payload, '$.properties.referrer') as referrer,
        safe_cast(json_value(payload, '$.properties.value') as numeric) as value,
        origin,
        payload,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from landed

)

select
    *,
    case
        when event_type is null then 'event_type is missing'
        when device_id is null then 'device_id is missing'
        when event_timestamp is null then 'event_timestamp is missing or no time'
    end as problem
from typed
