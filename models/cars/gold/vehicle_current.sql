-- Each car as it reported last; where it is, is where it was parked last.
with latest as (

    select
        *,
        last_value(latitude ignore nulls) over (
            partition by vin order by captured_at rows between unbounded preceding and current row
        ) as known_latitude,
        last_value(longitude ignore nulls) over (
            partition by vin order by captured_at rows between unbounded preceding and current row
        ) as known_longitude
    from {{ ref('vehicle_status') }}
    qualify row_number() over (partition by vin order by captured_at desc) = 1

)

select
    vin,
    name,
    model,
    vehicle_type,
    captured_at,
    state,
    charging_state,
    soc,
    range_km,
    odometer_km,
    known_latitude as latitude,
    known_longitude as longitude,
    external_temperature
from latest
