{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='event_id',
        partition_by={'field': 'event_timestamp', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['event_type', 'device_id']
    )
}}

-- One row an event, whether it came by the stream, by a file or by both.
with latest as (

    select *
    from {{ ref('web_landed_events') }}
    where problem is null
    {{ landed_lately() }}
    qualify row_number() over (
        partition by event_id
        order by _ingested_at desc, _seq desc, origin desc
    ) = 1

)

select
    latest.event_id,
    latest.event_timestamp,
    date(latest.event_timestamp) as event_date,
    latest.event_type,
    latest.device_id,
    latest.user_id,
    latest.page_url,
    latest.referrer,
    latest.value,
    latest.origin,
    latest.has_generated_id,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['event_id']) }}
