{{ config(partition_by={'field': 'session_date', 'data_type': 'date'}, cluster_by=['device_id']) }}

-- A device's events with less than a session gap between one and the next.
with numbered as (

    {{ session_numbers(ref('events'), 'device_id', 'event_timestamp', 'event_id') }}

),

clicked as (

    select
        *,
        min(if(event_type = 'click', event_timestamp, null))
            over (partition by device_id, session_number) as first_click_at
    from numbered

)

select
    to_hex(md5(concat(device_id, '|', cast(min(event_timestamp) as string)))) as session_id,
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
    coalesce(sum(if(event_type = 'purchase', value, null)), 0) as value
from clicked
group by device_id, session_number
