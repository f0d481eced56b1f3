-- Every kilometre of a drive is one of a trip, and nothing else is.
select
    coalesce(drives.vin, trips.vin) as vin,
    drives.driven,
    trips.travelled
from (
    select vin, sum(distance_km) as driven, count(*) as segments
    from {{ ref('fact_drive_segment') }}
    group by vin
) as drives
full outer join (
    select vin, sum(distance_km) as travelled, sum(segments) as segments
    from {{ ref('fact_trip') }}
    group by vin
) as trips
    on drives.vin = trips.vin
where drives.vin is null
    or trips.vin is null
    or drives.segments != trips.segments
    or abs(drives.driven - trips.travelled) > 0.001
