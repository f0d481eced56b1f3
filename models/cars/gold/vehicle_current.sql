-- Each car as it reported last; what it left out then, and where it is, is as it was said last.
{% set told = [
    'soc', 'range_km', 'odometer_km', 'target_level', 'external_temperature', 'battery_temperature',
    'latitude', 'longitude', 'place_key',
] -%}
with latest as (

    select
        vin,
        captured_at,
        state,
        state_since,
        connection_state,
        charging_state,
        is_plugged,
        charging_power,
        {% for column in told -%}
        last_value({{ column }} ignore nulls) over (
            partition by vin order by captured_at rows between unbounded preceding and current row
        ) as {{ column }},
        {% endfor -%}
        loaded_at
    from {{ ref('vehicle_status') }}
    qualify row_number() over (partition by vin order by captured_at desc) = 1

)

select
    latest.vin,
    vehicles.name,
    vehicles.model,
    vehicles.vehicle_type,
    latest.captured_at,
    latest.state,
    latest.state_since,
    latest.connection_state,
    latest.charging_state,
    latest.charging_power,
    latest.is_plugged,
    {% for column in told -%}
    latest.{{ column }},
    {% endfor -%}
    places.city,
    places.road
from latest
left join {{ ref('dim_vehicle') }} as vehicles
    on latest.vin = vehicles.vin and vehicles.is_current
left join {{ ref('place') }} as places
    on latest.place_key = places.place_key
