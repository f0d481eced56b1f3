{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['activity_id', 'activity_date'],
        partition_by={'field': 'activity_date', 'data_type': 'date'},
        cluster_by=['user_id', 'activity_type']
    )
}}

-- An activity has no id of its own: who, in which session, what and when tell one from another.
with typed as (

    select
        user_id,
        coalesce(json_value(payload, '$.metadata.session_id'), session_id) as session_id,
        lower(activity_type) as activity_type,
        lower(coalesce(json_value(payload, '$.metadata.platform'), device_type)) as platform,
        ip_address,
        user_agent,
        page_url,
        timestamp as event_at,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('shop', 'user_activity') }}
    where true
    {{ landed_lately() }}

),

latest as (

    select
        to_hex(md5(concat(
            user_id, '|', coalesce(session_id, ''), '|', activity_type, '|', cast(unix_micros(event_at) as string)
        ))) as activity_id,
        *
    from typed
    qualify row_number() over (partition by activity_id order by _ingested_at desc, _seq desc) = 1

)

select
    latest.activity_id,
    latest.user_id,
    latest.session_id,
    latest.activity_type,
    latest.platform,
    latest.ip_address,
    latest.user_agent,
    latest.page_url,
    latest.event_at as active_at,
    date(latest.event_at) as activity_date,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['activity_id']) }}
