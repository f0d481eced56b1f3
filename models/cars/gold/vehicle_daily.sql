{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['vin', 'local_date'],
        partition_by={'field': 'local_date', 'data_type': 'date'},
        cluster_by=['vin'],
        post_hook="{{ take_out('facts') }}"
    )
}}

-- By day of the driver's clock, with what the week and the month up to it come to.
with facts as (

    select
        vin,
        local_date,
        1 as trips,
        distance_km,
        driving_minutes,
        kwh_consumed,
        0 as charges,
        0.0 as kwh_charged,
        numeric '0' as cost,
        loaded_at
    from {{ ref('fact_trip') }}

    union all

    select vin, local_date, 0, 0.0, 0.0, 0.0, 1, kwh_added, cost, loaded_at
    from {{ ref('fact_charging_session') }}

),

totals as (

    select
        vin,
        local_date,
        sum(trips) as trips,
        sum(distance_km) as distance_km,
        sum(driving_minutes) as driving_minutes,
        sum(kwh_consumed) as kwh_consumed,
        sum(charges) as charges,
        sum(kwh_charged) as kwh_charged,
        sum(cost) as charging_cost,
        count(*) as facts,
        max(loaded_at) as loaded_at
    from facts
    group by vin, local_date

),

days as (

    select
        *,
        {% for days in [7, 30] -%}
        {% for column in ['distance_km', 'driving_minutes', 'kwh_consumed'] -%}
        sum({{ column }}) over (
            partition by vin order by unix_date(local_date) range between {{ days - 1 }} preceding and current row
        ) as {{ column }}_{{ days }}_days,
        {% endfor -%}
        safe_divide(
            100 * sum(kwh_consumed) over (
                partition by vin order by unix_date(local_date) range between {{ days - 1 }} preceding and current row
            ),
            sum(distance_km) over (
                partition by vin order by unix_date(local_date) range between {{ days - 1 }} preceding and current row
            )
        ) as kwh_per_100km_{{ days }}_days{{ ',' if not loop.last }}
        {% endfor %}
    from totals

)

{{ only_changes('days', ['vin', 'local_date'], count='facts') }}
