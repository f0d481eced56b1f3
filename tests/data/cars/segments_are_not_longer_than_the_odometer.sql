-- What was driven is what the odometer says was driven, and no more.
select segments.vin, segments.driven, odometers.counted
from (
    select vin, sum(distance_km) as driven
    from {{ ref('fact_drive_segment') }}
    group by vin
) as segments
inner join (
    select vin, max(odometer_km) - min(odometer_km) as counted
    from {{ ref('vehicle_status') }}
    group by vin
) as odometers
    on segments.vin = odometers.vin
where segments.driven > odometers.counted + 0.1
