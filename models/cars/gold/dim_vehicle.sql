-- Every version of a car, each with a battery of its own.
with hashed as (

    select
        vin,
        captured_at,
        name,
        manufacturer,
        model,
        model_year,
        vehicle_type,
        battery_kwh,
        to_hex(md5(to_json_string(struct(name, manufacturer, model, model_year, vehicle_type, battery_kwh)))) as version_hash
    from {{ ref('vehicle_status') }}

),

changes as (

    select *
    from hashed
    qualify coalesce(
        version_hash != lag(version_hash) over (partition by vin order by captured_at),
        true
    )

)

select
    to_hex(md5(concat(vin, '|', cast(unix_micros(captured_at) as string)))) as vehicle_key,
    vin,
    name,
    manufacturer,
    model,
    model_year,
    vehicle_type,
    battery_kwh,
    captured_at as valid_from,
    lead(captured_at) over (partition by vin order by captured_at) as valid_to,
    lead(captured_at) over (partition by vin order by captured_at) is null as is_current
from changes
