{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['station_id', 'local_date'],
        partition_by={'field': 'local_date', 'data_type': 'date'},
        cluster_by=['station_id'],
        post_hook="{{ take_out('hours_observed') }}"
    )
}}

-- depends_on: {{ ref('station_status') }}
-- By day of the city's clock.
with {% if is_incremental() -%}
touched as (

    select station_id, date(since, '{{ var("bikes_time_zone") }}') as since
    from (
{{ bikes_touched() }}
    ) as hours

),

{% endif -%}
hours as (

    select hours.*
    from {{ ref('station_hourly') }} as hours
    {%- if is_incremental() %}
    inner join touched
        on hours.station_id = touched.station_id and hours.local_date >= touched.since
    {%- endif %}

),

totals as (

    select
        station_id,
        local_date,
        sum(observed_seconds) as observed_seconds,
        safe_divide(sum(bike_seconds), sum(observed_seconds)) as average_bikes,
        safe_divide(sum(empty_seconds), sum(observed_seconds)) as share_empty,
        safe_divide(sum(full_seconds), sum(observed_seconds)) as share_full,
        sum(departures) as departures,
        sum(arrivals) as arrivals,
        max(loaded_at) as loaded_at
    from hours
    group by station_id, local_date

),

days as (

    select
        station_id,
        local_date,
        timestamp_diff(
            timestamp(date_add(local_date, interval 1 day), '{{ var("bikes_time_zone") }}'),
            timestamp(local_date, '{{ var("bikes_time_zone") }}'),
            hour
        ) as hours_in_day,
        observed_seconds / 3600 as hours_observed,
        average_bikes,
        share_empty,
        share_full,
        departures,
        arrivals,
        case
            when share_empty >= {{ var('bikes_rebalancing_share') }}
                and share_empty >= share_full then 'bring'
            when share_full >= {{ var('bikes_rebalancing_share') }} then 'take'
            else 'none'
        end as rebalancing_need,
        loaded_at
    from totals

)

{{ only_changes('days', ['station_id', 'local_date'], count='hours_observed', within='touched', start='local_date') }}
