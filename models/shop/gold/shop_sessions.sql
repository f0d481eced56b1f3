{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='session_key',
        partition_by={'field': 'session_date', 'data_type': 'date'},
        cluster_by=['user_id'],
        post_hook="{{ take_out('activities') }}"
    )
}}

-- A user's activities with less than a session gap between one and the next.
with {% if is_incremental() -%}
touched as (

{{ touched(ref('user_activity'), 'user_id', 'active_at') }}

),

{% endif -%}
lately as (

    select activities.*
    from {{ ref('user_activity') }} as activities
    {%- if is_incremental() %}
    inner join touched
        on activities.user_id = touched.user_id and activities.active_at >= touched.since
    {%- endif %}

),

numbered as (

    {{ session_numbers('lately', 'user_id', 'active_at', 'activity_id') }}

),

sessions as (

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
        countif(activity_type = 'add_to_cart') as carts_filled,
        max(loaded_at) as loaded_at
    from numbered
    group by user_id, session_number

)

{{ only_changes('sessions', ['session_key'], count='activities', within='touched', who='user_id') }}
