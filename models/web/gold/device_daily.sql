{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['event_date', 'device_id'],
        partition_by={'field': 'event_date', 'data_type': 'date'},
        cluster_by=['device_id'],
        post_hook="{{ take_out('events') }}"
    )
}}

with {% if is_incremental() -%}
touched as (

{{ touched_days(ref('events_scored'), 'event_date', 'events') }}

),

{% endif -%}
days as (

    select
        event_date,
        device_id,
        count(*) as events,
        countif(event_type = 'purchase') as purchases,
        coalesce(sum(if(event_type = 'purchase', value, null)), 0) as value,
        min(event_timestamp) as first_event_at,
        max(event_timestamp) as last_event_at,
        avg(prediction_score) as average_prediction,
        max(loaded_at) as loaded_at
    from {{ ref('events_scored') }}
    {%- if is_incremental() %}
    where event_date in (select event_date from touched)
    {%- endif %}
    group by event_date, device_id

)

{{ only_changes('days', ['event_date', 'device_id'], count='events', scope='known.event_date in (select event_date from touched)') }}
