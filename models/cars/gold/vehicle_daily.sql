{{ config(partition_by={'field': 'local_date', 'data_type': 'date'}, cluster_by=['vin']) }}

-- By day of the driver's clock.
with days as (

    select vin, local_date, distance_km, driving_minutes, kwh_consumed, 1 as trips, 0 as charges, 0.0 as kwh_charged, numeric '0' as cost
    from {{ ref('fact_trip') }}

    union all

    select vin, local_date, 0.0, 0.0, 0.0, 0, 1, kwh_added, cost
    from {{ ref('fact_charging_session') }}

)

select
    vin,
    local_date,
    sum(trips) as trips,
    sum(distance_km) as distance_km,
    sum(driving_minutes) as driving_minutes,
    sum(kwh_consumed) as kwh_consumed,
    sum(charges) as charges,
    sum(kwh_charged) as kwh_charged,
    sum(cost) as charging_cost
from days
group by vin, local_date
