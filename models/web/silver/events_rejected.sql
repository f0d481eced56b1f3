{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='record_hash',
        partition_by={'field': 'loaded_at', 'data_type': 'timestamp', 'granularity': 'day'}
    )
}}

-- What cannot be an event, with the reason and the record as it came.
with latest as (

    select *
    from {{ ref('web_landed_events') }}
    where problem is not null
    {{ landed_lately() }}
    qualify row_number() over (partition by record_hash order by _ingested_at, _seq, origin) = 1

)

select
    latest.record_hash,
    latest.problem,
    latest.origin,
    to_json_string(latest.payload) as raw,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['record_hash'], version=none) }}
