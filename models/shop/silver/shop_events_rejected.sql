{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='record_hash',
        partition_by={'field': 'loaded_at', 'data_type': 'timestamp', 'granularity': 'day'}
    )
}}

-- Messages that no table takes, with the reason and the message as it came.
with latest as (

    select *
    from {{ ref('shop_routed_events') }}
    where problem is not null
    {{ landed_lately() }}
    qualify row_number() over (partition by record_hash order by _ingested_at, _seq) = 1

)

select
    latest.record_hash,
    latest.event_type,
    latest.problem,
    to_json_string(latest.payload) as raw,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['record_hash'], version=none) }}
