{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='event_id',
        partition_by={'field': 'event_timestamp', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['event_type', 'device_id']
    )
}}

-- Every event once, with its latest score where it has one. A score that comes later is merged in.
with {% if is_incremental() -%}
touched as (

    select event_id
    from {{ ref('events') }}
    where {{ loaded_lately() }}

    union distinct

    select event_id
    from {{ ref('predictions') }}
    where {{ loaded_lately() }}

),

{% endif -%}
latest_scores as (

    select *
    from {{ ref('predictions') }}
    {%- if is_incremental() %}
    where event_id in (select event_id from touched)
    {%- endif %}
    qualify row_number() over (partition by event_id order by predicted_at desc, model_version desc) = 1

),

scored as (

    select
        events.event_id,
        events.event_timestamp,
        events.event_date,
        events.event_type,
        events.device_id,
        events.user_id,
        events.page_url,
        events.value,
        scores.score as prediction_score,
        scores.model_version,
        scores.predicted_at,
        scores.event_id is not null as has_prediction,
        concat(events.record_hash, '-', coalesce(scores.record_hash, '')) as record_hash,
        greatest(events.loaded_at, coalesce(scores.loaded_at, events.loaded_at)) as loaded_at
    from {{ ref('events') }} as events
    left join latest_scores as scores
        on events.event_id = scores.event_id
    {%- if is_incremental() %}
    where events.event_id in (select event_id from touched)
    {%- endif %}

)

select scored.*
from scored
{{ unless_known('scored', ['event_id']) }}
