select vin, captured_at, odometer_km, odometer_before
from (
    select
        vin,
        captured_at,
        odometer_km,
        lag(odometer_km) over (partition by vin order by captured_at) as odometer_before
    from {{ ref('vehicle_status') }}
) as reports
where odometer_km < odometer_before
