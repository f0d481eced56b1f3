{{ config(materialized='view') }}

-- Where cars stood and nobody knows yet what is there: what a look-up of addresses and altitudes takes.
select
    parkings.place_key,
    any_value(parkings.latitude having max parkings.started_at) as latitude,
    any_value(parkings.longitude having max parkings.started_at) as longitude,
    count(*) as parkings,
    max(parkings.started_at) as last_parked_at
from {{ ref('fact_parking') }} as parkings
left join {{ ref('place') }} as places
    on parkings.place_key = places.place_key
where parkings.place_key is not null
    and (places.place_key is null or places.city is null or places.altitude is null)
group by parkings.place_key
