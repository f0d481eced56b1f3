{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['vin', 'activity', 'started_at'],
        partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['vin'],
        post_hook="{{ take_out('reports') }}"
    )
}}

-- Runs of reports in which a car does the same: drive, charge or stand. Where the odometer of a car that stood
-- goes on, it stands elsewhere: nobody saw it drive there.
with {% if is_incremental() -%}
touched as (

{{ touched(ref('vehicle_status'), 'vin', 'captured_at') }}

),

{% endif -%}
activities as (

    select
        reports.* except (odometer_km),
        -- What a report leaves out is as it was.
        last_value(reports.odometer_km ignore nulls) over (
            partition by reports.vin order by reports.captured_at
            rows between unbounded preceding and current row
        ) as odometer_km,
        case
            when state in ('ignition_on', 'driving') then 'driving'
            when charging_state = 'charging' then 'charging'
            else 'parked'
        end as activity
    from {{ ref('vehicle_status') }} as reports
    {%- if is_incremental() %}
    inner join touched
        on reports.vin = touched.vin and reports.captured_at >= touched.read_from
    {%- endif %}

),

marked as (

    select
        *,
        coalesce(
            activity != lag(activity) over (partition by vin order by captured_at)
            or (
                activity != 'driving'
                and coalesce(
                    odometer_km - lag(odometer_km) over (partition by vin order by captured_at) > 0.1,
                    false
                )
            ),
            true
        ) as is_start,
        lag(activity) over (partition by vin order by captured_at) as activity_before,
        lag(captured_at) over (partition by vin order by captured_at) as captured_before,
        lag(odometer_km) over (partition by vin order by captured_at) as odometer_before,
        lag(soc) over (partition by vin order by captured_at) as soc_before,
        lead(odometer_km) over (partition by vin order by captured_at) as odometer_after,
        lead(soc) over (partition by vin order by captured_at) as soc_after,
        -- What comes next says since when it is so.
        lead(state_since) over (partition by vin order by captured_at) as next_since,
        lead(captured_at) over (partition by vin order by captured_at) as captured_after
    from activities

),

numbered as (

    select
        *,
        sum(if(is_start, 1, 0)) over (partition by vin order by captured_at) as run_number
    from marked

),

runs as (

    select
        vin,
        activity,
        min(captured_at) as started_at,
        max(captured_at) as last_reported_at,
        any_value(next_since having max captured_at) as next_state_since,
        any_value(captured_after having max captured_at) as next_reported_at,
        count(*) as reports,
        any_value(activity_before having min captured_at) as activity_before,
        any_value(captured_before having min captured_at) as reported_before,
        any_value(state_since having min captured_at) as state_since,
        -- What was known before and after: the first and the last report of a drive are on the road already.
        any_value(odometer_before having min captured_at) as odometer_before,
        min(odometer_km) as odometer_first,
        max(odometer_km) as odometer_last,
        any_value(odometer_after having max captured_at) as odometer_after,
        any_value(soc_before having min captured_at) as soc_before,
        any_value(soc having min if(soc is null, null, captured_at)) as soc_first,
        any_value(soc having max if(soc is null, null, captured_at)) as soc_last,
        any_value(soc_after having max captured_at) as soc_after,
        max(vehicle_type) as vehicle_type,
        avg(external_temperature) as average_temperature,
        max(charging_type) as charging_type,
        max(charging_power) as max_power,
        avg(charging_power) as average_power,
        any_value(latitude having min if(latitude is null, null, captured_at)) as latitude,
        any_value(longitude having min if(longitude is null, null, captured_at)) as longitude,
        max(loaded_at) as loaded_at
    from numbered
    group by vin, activity, run_number

),

-- Cars that drive do not say where: a drive goes from where the car stood before to where it stands behind, and
-- where one of them is unknown no place of another drive is taken for it.
intervals as (

    select
        runs.*,
        lag(latitude) over (partition by runs.vin order by runs.started_at) as latitude_before,
        lag(longitude) over (partition by runs.vin order by runs.started_at) as longitude_before,
        lead(latitude) over (partition by runs.vin order by runs.started_at) as latitude_after,
        lead(longitude) over (partition by runs.vin order by runs.started_at) as longitude_after
    from runs

){%- if is_incremental() %},

looked_at as (

    select intervals.*
    from intervals
    inner join touched
        on intervals.vin = touched.vin and intervals.started_at >= touched.since

)
{%- endif %}

{{ only_changes('looked_at' if is_incremental() else 'intervals', ['vin', 'activity', 'started_at'], count='reports', within='touched') }}
