{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['event_id', 'model_version'],
        cluster_by=['event_id']
    )
}}

-- The latest score of each version of the model for an event.
with typed as (

    select
        json_value(payload, '$.event_id') as event_id,
        coalesce(json_value(payload, '$.model_version'), 'unnamed') as model_version,
        safe_cast(json_value(payload, '$.prediction_timestamp') as timestamp) as predicted_at,
        safe_cast(json_value(payload, '$.prediction_score') as float64) as score,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('web', 'predictions') }}
    where true
    {{ landed_lately() }}

),

latest as (

    select *
    from typed
    where event_id is not null and score is not null
    qualify row_number() over (
        partition by event_id, model_version
        order by predicted_at desc, _ingested_at desc, _seq desc
    ) = 1

)

select
    latest.event_id,
    latest.model_version,
    latest.predicted_at,
    latest.score,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['event_id', 'model_version'], rank=['predicted_at', 'predicted_at']) }}
