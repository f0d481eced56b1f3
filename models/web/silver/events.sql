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
with said as (

    select
        *,
        min(_ingested_at) over (partition by event_id) as first_landed_at,
        first_value(record_hash) over (
            partition by event_id order by _ingested_at desc, _seq desc, origin desc
        ) as last_hash
    from {{ ref('web_landed_events') }}
    where problem is null
    {{ landed_lately() }}

),

-- What was said last, as it came first.
latest as (

    select *
    from said
    where record_hash = last_hash
    qualify row_number() over (partition by event_id order by _ingested_at, _seq, origin) = 1

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
    {% if is_incremental() -%}
    least(latest.first_landed_at, coalesce(earlier.first_loaded_at, latest.first_landed_at)) as first_loaded_at,
    {%- else -%}
    latest.first_landed_at as first_loaded_at,
    {%- endif %}
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{% if is_incremental() -%}
left join {{ this }} as earlier
    on latest.event_id = earlier.event_id
{% endif -%}
{{ unless_known('latest', ['event_id']) }}
