-- Every version of a car, each with a battery of its own.
{% set columns = ['name', 'manufacturer', 'model', 'model_year', 'vehicle_type', 'battery_kwh'] -%}
with filled as (

    -- What a report leaves out is as it was, and in the beginning as it is said first.
    select
        vin,
        captured_at,
        {% for column in columns -%}
        coalesce(
            last_value({{ column }} ignore nulls) over (
                partition by vin order by captured_at rows between unbounded preceding and current row
            ),
            first_value({{ column }} ignore nulls) over (
                partition by vin order by captured_at rows between current row and unbounded following
            )
        ) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('vehicle_status') }}

)

{{ versions('filled', 'vin', 'captured_at', columns, 'vehicle_key') }}
