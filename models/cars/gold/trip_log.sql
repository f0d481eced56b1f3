{{ config(materialized='view') }}

-- The trips with the places they went from and to, as far as those are known by now.
select
    trips.trip_id,
    trips.vin,
    vehicles.name,
    trips.local_date,
    trips.started_at,
    trips.ended_at,
    trips.distance_km,
    trips.driving_minutes,
    trips.average_speed,
    trips.kwh_consumed,
    trips.is_consumption_estimated,
    trips.kwh_per_100km,
    trips.average_temperature,
    origins.city as start_city,
    origins.road as start_road,
    destinations.city as end_city,
    destinations.road as end_road,
    destinations.altitude - origins.altitude as climb_metres
from {{ ref('fact_trip') }} as trips
left join {{ ref('dim_vehicle') }} as vehicles
    on trips.vehicle_key = vehicles.vehicle_key
left join {{ ref('place') }} as origins
    on trips.start_place_key = origins.place_key
left join {{ ref('place') }} as destinations
    on trips.end_place_key = destinations.place_key
