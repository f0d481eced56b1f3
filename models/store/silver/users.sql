-- The customers as last seen: one row a user. The password is never taken.
with latest as (

    select payload, _ingested_at
    from {{ source('store', 'users') }}
    where true
    {{ latest_record() }}

)

select
    safe_cast(json_value(payload, '$.id') as int64) as user_id,
    json_value(payload, '$.username') as username,
    lower(json_value(payload, '$.email')) as email,
    initcap(json_value(payload, '$.name.firstname')) as first_name,
    initcap(json_value(payload, '$.name.lastname')) as last_name,
    json_value(payload, '$.phone') as phone,
    json_value(payload, '$.address.street') as street,
    safe_cast(json_value(payload, '$.address.number') as int64) as street_number,
    initcap(json_value(payload, '$.address.city')) as city,
    json_value(payload, '$.address.zipcode') as zipcode,
    safe_cast(json_value(payload, '$.address.geolocation.lat') as float64) as latitude,
    safe_cast(json_value(payload, '$.address.geolocation.long') as float64) as longitude,
    _ingested_at as loaded_at
from latest
