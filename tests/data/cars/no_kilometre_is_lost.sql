-- What was driven is what the odometer says was driven, no more and no less; moving a car out of the way (0.1 km)
-- is no drive.
select
    odometers.vin,
    odometers.counted,
    odometers.reports,
    coalesce(segments.driven, 0) as driven
from (
    select
        vin,
        max(odometer_km) - min(odometer_km) as counted,
        count(*) as reports
    from {{ ref('vehicle_status') }}
    group by vin
) as odometers
left join (
    select vin, sum(distance_km) as driven
    from {{ ref('fact_drive_segment') }}
    group by vin
) as segments
    on odometers.vin = segments.vin
where coalesce(segments.driven, 0) > odometers.counted + 0.001
    or coalesce(segments.driven, 0) < odometers.counted - 0.1 * odometers.reports
