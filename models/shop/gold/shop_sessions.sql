{{ config(partition_by={'field': 'session_date', 'data_type': 'date'}, cluster_by=['user_id']) }}

-- A user's activities with less than a session gap between one and the next.
with marked as (

    select
        *,
        timestamp_diff(
            active_at,
            lag(active_at) over (partition by user_id order by active_at, activity_id),
            second
        ) as seconds_since
    from {{ ref('user_activity') }}

),

numbered as (

    select
        *,
        sum(if(seconds_since is null or seconds_since >= {{ var('session_gap_minutes') }} * 60, 1, 0))
            over (partition by user_id order by active_at, activity_id) as session_number
    from marked

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
