{{ config(partition_by={'field': 'session_date', 'data_type': 'date'}, cluster_by=['user_id']) }}

-- A user's activities with less than a session gap between one and the next.
with numbered as (

    {{ session_numbers(ref('user_activity'), 'user_id', 'active_at', 'activity_id') }}

)

select
    to_hex(md5(concat(user_id, '|', cast(unix_micros(min(active_at)) as string)))) as session_key,
    user_id,
    date(min(active_at)) as session_date,
    min(active_at) as started_at,
    max(active_at) as ended_at,
    timestamp_diff(max(active_at), min(active_at), second) as duration_seconds,
    count(*) as activities,
    max(platform) as platform,
    countif(activity_type = 'view_product') as views,
    countif(activity_type = 'add_to_cart') as carts_filled
from numbered
group by user_id, session_number
