{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='session_id',
        partition_by={'field': 'session_date', 'data_type': 'date'},
        cluster_by=['device_id'],
        post_hook="{{ take_out('events') }}"
    )
}}

-- A device's events with less than a session gap between one and the next.
with {% if is_incremental() -%}
touched as (

{{ touched(ref('events'), 'device_id', 'event_timestamp') }}

),

{% endif -%}
lately as (

    select events.*
    from {{ ref('events') }} as events
    {%- if is_incremental() %}
    inner join touched
        on events.device_id = touched.device_id and events.event_timestamp >= touched.since
    {%- endif %}

),

numbered as (

    {{ session_numbers('lately', 'device_id', 'event_timestamp', 'event_id') }}

),

clicked as (

    select
        *,
        min(if(event_type = 'click', event_timestamp, null))
            over (partition by device_id, session_number) as first_click_at
    from numbered

),

sessions as (

    select
        to_hex(md5(concat(device_id, '|', cast(unix_micros(min(event_timestamp)) as string)))) as session_id,
        device_id,
        max(user_id) as user_id,
        date(min(event_timestamp)) as session_date,
        min(event_timestamp) as started_at,
        max(event_timestamp) as ended_at,
        timestamp_diff(max(event_timestamp), min(event_timestamp), second) as duration_seconds,
        count(*) as events,
        count(distinct page_url) as pages,
        any_value(page_url having min if(page_url is null, null, event_timestamp)) as entry_page,
        any_value(page_url having max if(page_url is null, null, event_timestamp)) as exit_page,
        countif(event_type = 'click') > 0 as has_click,
        -- Only a purchase behind a click of the same session is its fruit.
        countif(event_type = 'purchase' and event_timestamp >= first_click_at) > 0 as is_converted,
        coalesce(sum(if(event_type = 'purchase', value, null)), 0) as value,
        max(loaded_at) as loaded_at
    from clicked
    group by device_id, session_number

)

{{ only_changes('sessions', ['session_id'], count='events', within='touched', who='device_id') }}
