{{ config(partition_by={'field': 'started_at', 'data_type': 'timestamp', 'granularity': 'day'}, cluster_by=['vin']) }}

-- Runs of reports in which a car does the same: drive, charge or stand.
with activities as (

    select
        *,
        case
            when state in ('ignition_on', 'driving') then 'driving'
            when charging_state = 'charging' then 'charging'
            else 'parked'
        end as activity
    from {{ ref('vehicle_status') }}

),

marked as (

    select
        *,
        coalesce(
            activity != lag(activity) over (partition by vin order by captured_at),
            true
        ) as is_start,
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
        countif(is_start) over (partition by vin order by captured_at) as run_number
    from marked

)

select
    vin,
    activity,
    min(captured_at) as started_at,
    max(captured_at) as last_reported_at,
    array_agg(next_since order by captured_at desc limit 1)[safe_offset(0)] as next_state_since,
    array_agg(captured_after order by captured_at desc limit 1)[safe_offset(0)] as next_reported_at,
    count(*) as reports,
    -- What was known before and after: the first and the last report of a drive are on the road already.
    array_agg(odometer_before order by captured_at limit 1)[safe_offset(0)] as odometer_before,
    min(odometer_km) as odometer_first,
    max(odometer_km) as odometer_last,
    array_agg(odometer_after order by captured_at desc limit 1)[safe_offset(0)] as odometer_after,
    array_agg(soc_before order by captured_at limit 1)[safe_offset(0)] as soc_before,
    array_agg(soc ignore nulls order by captured_at limit 1)[safe_offset(0)] as soc_first,
    array_agg(soc ignore nulls order by captured_at desc limit 1)[safe_offset(0)] as soc_last,
    array_agg(soc_after order by captured_at desc limit 1)[safe_offset(0)] as soc_after,
    -- Charge lost from one report to the next.
    sum(greatest(coalesce(soc_before - soc, 0), 0)) as soc_lost,
    max(battery_kwh) as battery_kwh,
    max(vehicle_type) as vehicle_type,
    avg(external_temperature) as average_temperature,
    max(charging_type) as charging_type,
    max(charging_power) as max_power,
    avg(charging_power) as average_power,
    array_agg(latitude ignore nulls order by captured_at limit 1)[safe_offset(0)] as latitude,
    array_agg(longitude ignore nulls order by captured_at limit 1)[safe_offset(0)] as longitude
from numbered
group by vin, activity, run_number
