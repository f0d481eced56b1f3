{{ config(cluster_by=['user_id']) }}

-- The customers as they are now, without what identifies them beyond their name.
with bounded as (

    select
        *,
        latitude between -90 and 90 and longitude between -180 and 180 as is_on_earth
    from {{ ref('users') }}
    where is_current

)

select
    user_id,
    concat(first_name, ' ', last_name) as full_name,
    regexp_extract(email, '@(.+)$') as email_domain,
    city,
    zipcode,
    if(is_on_earth, latitude, null) as latitude,
    if(is_on_earth, longitude, null) as longitude,
    -- Longitude first, as geographies are written: `st_geogfromtext` reads it where there are geographies.
    if(
        is_on_earth,
        concat('POINT(', cast(longitude as string), ' ', cast(latitude as string), ')'),
        null
    ) as location_point,
    version,
    loaded_at
from bounded
