{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['user_id', 'valid_from'],
        cluster_by=['user_id']
    )
}}

-- The customers, every version of one with the time it was valid. The password is never taken.
with landed as (

    select payload, _record_hash, _ingested_at
    from {{ source('store', 'users') }}
    where true
    {{ landed_versions() }}

),

typed as (

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
        _record_hash as record_hash,
        _ingested_at as loaded_at
    from landed

),

users as (

    select
        *,
        row_number() over (partition by user_id order by loaded_at) as version,
        loaded_at as valid_from,
        lead(loaded_at) over (partition by user_id order by loaded_at) as valid_to,
        lead(loaded_at) over (partition by user_id order by loaded_at) is null as is_current
    from typed
    where user_id is not null

)

{{ only_changes('users', ['user_id', 'valid_from']) }}
