{{ config(cluster_by=['user_id']) }}

select
    user_id,
    concat(first_name, ' ', last_name) as full_name,
    regexp_extract(email, '@(.+)$') as email_domain,
    city,
    zipcode,
    if(latitude between -90 and 90, latitude, null) as latitude,
    if(longitude between -180 and 180, longitude, null) as longitude,
    loaded_at
from {{ ref('users') }}
