-- Every version of a car, each with a battery of its own.
{% set columns = ['name', 'manufacturer', 'model', 'model_year', 'vehicle_type', 'battery_kwh'] -%}
{{ versions(ref('vehicle_status'), 'vin', 'captured_at', columns, 'vehicle_key') }}
