{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='place_key',
        cluster_by=['place_key']
    )
}}

-- What is known of the places where cars were: from the cars that say it, and looked up later. What a later
-- answer leaves out is as it was; facts are never written again for it, they hold the place's key.
{% set columns = ['altitude', 'city', 'region', 'country', 'postcode', 'road'] -%}
with looked_up as (

    select
        safe_cast(json_value(payload, '$.lat') as float64) as latitude,
        safe_cast(json_value(payload, '$.lon') as float64) as longitude,
        safe_cast(json_value(payload, '$.elevation') as float64) as altitude,
        coalesce(
            json_value(payload, '$.address.city'),
            json_value(payload, '$.address.town'),
            json_value(payload, '$.address.village'),
            json_value(payload, '$.address.municipality')
        ) as city,
        json_value(payload, '$.address.state') as region,
        json_value(payload, '$.address.country') as country,
        json_value(payload, '$.address.postcode') as postcode,
        json_value(payload, '$.address.road') as road,
        coalesce(safe_cast(json_value(payload, '$.looked_up_at') as timestamp), _ingested_at) as looked_up_at,
        _ingested_at as loaded_at
    from {{ source('cars', 'place_lookups') }}

),

said as (

    select
        {{ place_key('latitude', 'longitude') }} as place_key,
        *
    from looked_up
    where latitude between -90 and 90 and longitude between -180 and 180

    union all

    select
        place_key,
        latitude,
        longitude,
        {{ columns | join(', ') }},
        captured_at,
        loaded_at
    from {{ ref('vehicle_status') }}
    where place_key is not null
        and coalesce(cast(altitude as string), city, region, country, postcode, road) is not null

),

places as (

    select
        place_key,
        {% for column in ['latitude', 'longitude'] + columns -%}
        any_value({{ column }} having max if({{ column }} is null, null, looked_up_at)) as {{ column }},
        {% endfor -%}
        max(looked_up_at) as looked_up_at,
        max(loaded_at) as loaded_at
    from said
    {% if is_incremental() -%}
    where place_key in (select place_key from said where {{ loaded_lately() }})
    {% endif -%}
    group by place_key

)

{{ only_changes('places', ['place_key']) }}
