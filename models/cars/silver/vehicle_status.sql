{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['vin', 'captured_at'],
        partition_by={'field': 'captured_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['vin']
    )
}}

-- One row a car and report. A report is as old as the newest of its attributes: the time of the poll
-- (which is on `vin`) makes no new one.
{% set times = [
    'odometer', 'state', 'connection_state', 'position.latitude', 'position.longitude', 'outside_temperature',
    'drives.total_range', 'drives.primary.level', 'drives.primary.range', 'drives.primary.battery.temperature',
    'drives.secondary.level', 'drives.secondary.range',
    'charging.state', 'charging.type', 'charging.power', 'charging.settings.target_level',
    'charging.connector.connection_state',
] -%}
with read as (

    select
        _record_key as vin,
        greatest(
            {% for path in times -%}
            coalesce({{ car_time(path) }}, timestamp '1970-01-01 00:00:00+00'){{ ',' if not loop.last }}
            {% endfor %}
        ) as captured_at,
        {{ car_text('name') }} as name,
        {{ car_text('manufacturer') }} as manufacturer,
        {{ car_text('model') }} as model,
        safe_cast({{ car_text('model_year') }} as int64) as model_year,
        {{ car_text('type') }} as vehicle_type,
        {{ car_km('odometer') }} as odometer_km,
        {{ car_text('drives.primary.type') }} as drive_type,
        {{ car_number('drives.primary.level') }} as soc,
        {{ car_km('drives.primary.range') }} as range_km,
        {{ car_text('drives.secondary.type') }} as secondary_drive_type,
        {{ car_number('drives.secondary.level') }} as secondary_level,
        {{ car_km('drives.secondary.range') }} as secondary_range_km,
        {{ car_km('drives.total_range') }} as total_range_km,
        {{ car_number('drives.primary.battery.available_capacity') }} as battery_kwh,
        {{ car_celsius('drives.primary.battery.temperature') }} as battery_temperature,
        {{ car_celsius('drives.primary.battery.temperature_min') }} as battery_temperature_min,
        {{ car_celsius('drives.primary.battery.temperature_max') }} as battery_temperature_max,
        {{ car_celsius('outside_temperature') }} as external_temperature,
        coalesce({{ car_text('state') }}, 'unknown') as state,
        {{ car_time('state') }} as state_since,
        coalesce({{ car_text('connection_state') }}, 'unknown') as connection_state,
        coalesce({{ car_text('charging.state') }}, 'off') as charging_state,
        {{ car_text('charging.type') }} as charging_type,
        {{ car_number('charging.power') }} as charging_power,
        {{ car_number('charging.settings.target_level') }} as target_level,
        {{ car_text('charging.connector.connection_state') }} = 'connected' as is_plugged,
        {{ car_number('position.latitude') }} as latitude,
        {{ car_number('position.longitude') }} as longitude,
        {{ car_number('position.altitude') }} as altitude,
        {{ car_text('position.position_location.city') }} as city,
        -- Not `state`, which is what the car does.
        {{ car_text('position.position_location.state') }} as region,
        {{ car_text('position.position_location.country') }} as country,
        {{ car_text('position.position_location.postcode') }} as postcode,
        {{ car_text('position.position_location.road') }} as road,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('cars', 'polls') }}
    where true
    {{ landed_lately() }}

),

latest as (

    select *
    from read
    where captured_at > timestamp '1970-01-01 00:00:00+00'
    -- The first poll that saw a report keeps it.
    qualify row_number() over (partition by vin, captured_at order by _ingested_at, _seq) = 1

)

select
    latest.* except (record_hash, _ingested_at, _seq),
    {{ place_key('latest.latitude', 'latest.longitude') }} as place_key,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['vin', 'captured_at'], version=none) }}
