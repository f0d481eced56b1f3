{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['station_id', 'started_at'],
        partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['station_id'],
        post_hook="{{ take_out('reports') }}"
    )
}}

-- A report holds until the next one, and reports that say the same are one interval. Where the next report is
-- long in coming nobody knows what was: that interval is a gap, it is flagged, and no average looks at it.
with {% if is_incremental() -%}
touched as (

{{ touched(ref('station_status'), 'station_id', 'reported_at') }}

),

{% endif -%}
reports as (

    select
        reports.station_id,
        reports.reported_at,
        lead(reports.reported_at) over by_time as next_reported_at,
        lag(reports.reported_at) over by_time as reported_before,
        reports.bikes,
        reports.docks,
        reports.capacity,
        reports.status,
        reports.bikes - lag(reports.bikes) over by_time as change,
        concat(reports.bikes, ' ', reports.docks, ' ', reports.status) as said,
        reports.loaded_at
    from {{ ref('station_status') }} as reports
    {%- if is_incremental() %}
    inner join touched
        on reports.station_id = touched.station_id and reports.reported_at >= touched.read_from
    {%- endif %}
    where reports.is_plausible
    window by_time as (partition by reports.station_id order by reports.reported_at)

),

marked as (

    select
        *,
        coalesce(
            timestamp_diff(next_reported_at, reported_at, second) > {{ var('bikes_gap_minutes') }} * 60,
            false
        ) as is_gap,
        coalesce(
            timestamp_diff(reported_at, reported_before, second) > {{ var('bikes_gap_minutes') }} * 60,
            false
        ) as is_behind_gap
    from reports

),

numbered as (

    select
        *,
        sum(if(is_start, 1, 0)) over (partition by station_id order by reported_at) as interval_number
    from (
        select
            *,
            is_gap
            or is_behind_gap
            or coalesce(said != lag(said) over (partition by station_id order by reported_at), true) as is_start
        from marked
    ) as started

),

intervals as (

    select
        station_id,
        min(reported_at) as started_at,
        any_value(next_reported_at having max reported_at) as ended_at,
        max(reported_at) as last_reported_at,
        timestamp_diff(any_value(next_reported_at having max reported_at), min(reported_at), second) as seconds,
        max(bikes) as bikes,
        max(docks) as docks,
        max(capacity) as capacity,
        max(status) as status,
        case
            when max(status) != 'in_service' then 'out_of_service'
            when max(bikes) = 0 then 'empty'
            when max(docks) = 0 then 'full'
            else 'available'
        end as state,
        logical_or(is_gap) as is_gap,
        -- Behind a gap the difference is of an unknown time.
        any_value(if(is_behind_gap, null, change) having min reported_at) as change,
        count(*) as reports,
        max(loaded_at) as loaded_at
    from numbered
    group by station_id, interval_number

){%- if is_incremental() %},

looked_at as (

    select intervals.*
    from intervals
    inner join touched
        on intervals.station_id = touched.station_id and intervals.started_at >= touched.since

)
{%- endif %}

{{ only_changes('looked_at' if is_incremental() else 'intervals', ['station_id', 'started_at'], count='reports', within='touched') }}
