{{ config(materialized='view') }}

-- What a car did, one after the other: for a calendar.
select vin, 'trip' as kind, started_at, ended_at, local_date, distance_km, kwh_consumed as kwh, cast(null as numeric) as cost
from {{ ref('fact_trip') }}

union all

select vin, 'charging', started_at, ended_at, local_date, null, kwh_added, cost
from {{ ref('fact_charging_session') }}

union all

select vin, 'parking', started_at, ended_at, date(started_at, '{{ var("cars_time_zone") }}'), null, -phantom_kwh_loss, null
from {{ ref('fact_parking') }}
