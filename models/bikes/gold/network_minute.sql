{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='minute',
        partition_by={'field': 'minute', 'data_type': 'timestamp', 'granularity': 'day'},
        post_hook="{{ take_out('stations') }}"
    )
}}

-- depends_on: {{ ref('station_status') }}
-- The whole network by minute, of the stations that are known at it.
with {% if is_incremental() -%}
touched as (

    select min(since) as since
    from (
{{ bikes_touched() }}
    ) as stations

),

{% endif -%}
known as (

    select *, coalesce(ended_at, last_reported_at) as known_until
    from {{ ref('station_interval') }}
    where not is_gap
    {%- if is_incremental() %}
        and coalesce(ended_at, last_reported_at) >= (select since from touched)
    {%- endif %}

),

minutes as (

    select
        minute,
        datetime(minute, '{{ var("bikes_time_zone") }}') as local_minute,
        count(*) as stations,
        sum(known.bikes) as bikes,
        sum(known.docks) as docks,
        countif(known.state = 'empty') as empty,
        countif(known.state = 'full') as full_stations,
        countif(known.status = 'in_service') as in_service,
        countif(known.status = 'maintenance') as in_maintenance,
        max(known.loaded_at) as loaded_at
    from known
    cross join unnest(generate_timestamp_array(
        timestamp_trunc(timestamp_add(known.started_at, interval 59999999 microsecond), minute),
        known.known_until,
        interval 1 minute
    )) as minute
    where minute < known.known_until
    {%- if is_incremental() %}
        and minute >= (select since from touched)
    {%- endif %}
    group by minute

)

{{ only_changes('minutes', ['minute'], count='stations', scope='known.minute >= (select since from touched)') }}
