{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['vin', 'month'],
        cluster_by=['vin']
    )
}}

-- What a full battery is worth, month by month: the range the car expects at 100 per cent, and the energy
-- that a per cent held when it was charged.
with ranges as (

    select
        vin,
        date_trunc(date(captured_at, '{{ var("cars_time_zone") }}'), month) as month,
        avg(safe_divide(range_km * 100, soc)) as range_at_full_km,
        avg(battery_temperature) as average_battery_temperature,
        count(*) as reports
    from {{ ref('vehicle_status') }}
    -- Near empty, the car's guess is no measure. A tank is no battery.
    where soc >= 20 and battery_kwh is not null
    group by vin, month

),

charges as (

    select
        vin,
        date_trunc(local_date, month) as month,
        sum(kwh_added) as kwh_charged,
        safe_divide(sum(average_power * minutes / 60), sum(end_soc - start_soc)) as kwh_per_percent
    from {{ ref('fact_charging_session') }}
    group by vin, month

),

months as (

    select
        ranges.vin,
        ranges.month,
        ranges.range_at_full_km,
        ranges.average_battery_temperature,
        ranges.reports,
        charges.kwh_charged,
        charges.kwh_per_percent
    from ranges
    left join charges
        on ranges.vin = charges.vin and ranges.month = charges.month

)

{{ only_changes('months', ['vin', 'month']) }}
