{{ config(materialized='view') }}

-- Where cars stood and nobody knows yet what is there: what a look-up of addresses and altitudes takes.
select
    stands.place_key,
    any_value(stands.latitude having max stands.started_at) as latitude,
    any_value(stands.longitude having max stands.started_at) as longitude,
    count(*) as parkings,
    max(stands.started_at) as last_parked_at
from {{ ref('fact_parking') }} as stands
left join {{ ref('place') }} as places
    on stands.place_key = places.place_key
where stands.place_key is not null
    and (places.place_key is null or places.city is null or places.altitude is null)
group by stands.place_key
