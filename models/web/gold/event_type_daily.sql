{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['event_date', 'event_type'],
        partition_by={'field': 'event_date', 'data_type': 'date'},
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
        event_type,
        count(*) as events,
        count(distinct device_id) as unique_devices,
        count(distinct user_id) as unique_users,
        sum(value) as value,
        avg(prediction_score) as average_prediction,
        safe_divide(countif(has_prediction), count(*)) as scored_share,
        max(loaded_at) as loaded_at
    from {{ ref('events_scored') }}
    {%- if is_incremental() %}
    where event_date in (select event_date from touched)
    {%- endif %}
    group by event_date, event_type

)

{{ only_changes('days', ['event_date', 'event_type'], count='events', scope='known.event_date in (select event_date from touched)') }}
