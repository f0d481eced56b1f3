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
    'odometer', 'state', 'connection_state', 'drives.primary.level', 'position.latitude',
    'charging.state', 'outside_temperature',
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
        {{ car_number('drives.primary.level') }} as soc,
        {{ car_km('drives.primary.range') }} as range_km,
        {{ car_number('drives.primary.battery.available_capacity') }} as battery_kwh,
        {{ car_celsius('drives.primary.battery.temperature') }} as battery_temperature,
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
    latest.vin,
    latest.captured_at,
    latest.name,
    latest.manufacturer,
    latest.model,
    latest.model_year,
    latest.vehicle_type,
    latest.odometer_km,
    latest.soc,
    latest.range_km,
    latest.battery_kwh,
    latest.battery_temperature,
    latest.external_temperature,
    latest.state,
    latest.state_since,
    latest.connection_state,
    latest.charging_state,
    latest.charging_type,
    latest.charging_power,
    latest.target_level,
    latest.is_plugged,
    latest.latitude,
    latest.longitude,
    latest.altitude,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['vin', 'captured_at'], version=none) }}
