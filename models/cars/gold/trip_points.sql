{{ config(materialized='view') }}

-- The reports from the road, by trip: the route, as far as the car tells it.
select
    trips.trip_id,
    reports.vin,
    reports.captured_at,
    reports.latitude,
    reports.longitude,
    reports.altitude,
    reports.odometer_km,
    reports.soc
from {{ ref('fact_trip') }} as trips
inner join {{ ref('vehicle_status') }} as reports
    on trips.vin = reports.vin
    and reports.captured_at between trips.started_at and trips.ended_at
where reports.state in ('ignition_on', 'driving')
