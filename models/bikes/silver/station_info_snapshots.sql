-- What was said of a station, and when: names, places, sizes. Latitude is about 50.6 and longitude about
-- 3.1 here; `geo` and `localisation` of the first API are [latitude, longitude], `x` is the longitude.
with said as (

    select
        json_value(payload, '$.station_id') as station_id,
        _ingested_at as observed_at,
        -- GBFS 3 has a name in each language.
        coalesce(json_value(payload, '$.name'), json_value(payload, '$.name[0].text')) as name,
        cast(null as string) as address,
        cast(null as string) as city,
        json_value(payload, '$.post_code') as post_code,
        safe_cast(json_value(payload, '$.capacity') as int64) as capacity,
        safe_cast(json_value(payload, '$.lat') as float64) as latitude,
        safe_cast(json_value(payload, '$.lon') as float64) as longitude,
        'gbfs' as source_version,
        _ingested_at,
        _seq
    from {{ source('bikes', 'gbfs_information') }}

    union all

    select
        json_value(payload, '$.fields.libelle'),
        safe_cast(json_value(payload, '$.record_timestamp') as timestamp),
        json_value(payload, '$.fields.nom'),
        json_value(payload, '$.fields.adresse'),
        json_value(payload, '$.fields.commune'),
        null,
        null,
        safe_cast(json_value(payload, '$.fields.geo[0]') as float64),
        safe_cast(json_value(payload, '$.fields.geo[1]') as float64),
        'ods_v1',
        _ingested_at,
        _seq
    from {{ source('bikes', 'ods_v1') }}

    union all

    select
        json_value(payload, '$.libelle'),
        safe_cast(json_value(payload, '$.datemiseajour') as timestamp),
        json_value(payload, '$.nom'),
        json_value(payload, '$.adresse'),
        json_value(payload, '$.commune'),
        null,
        null,
        safe_cast(json_value(payload, '$.geo.lat') as float64),
        safe_cast(json_value(payload, '$.geo.lon') as float64),
        'ods_v21',
        _ingested_at,
        _seq
    from {{ source('bikes', 'ods_v21') }}

    union all

    select
        json_value(payload, '$.properties.objectid'),
        safe_cast(json_value(payload, '$.properties.date_modification') as timestamp),
        json_value(payload, '$.properties.nom'),
        json_value(payload, '$.properties.adresse'),
        json_value(payload, '$.properties.commune'),
        null,
        null,
        safe_cast(json_value(payload, '$.properties.y') as float64),
        safe_cast(json_value(payload, '$.properties.x') as float64),
        'wfs',
        _ingested_at,
        _seq
    from {{ source('bikes', 'wfs') }}

    union all

    select
        json_value(payload, '$.id'),
        safe_cast(json_value(payload, '$.date_modification') as timestamp),
        json_value(payload, '$.nom'),
        json_value(payload, '$.adresse'),
        json_value(payload, '$.commune'),
        null,
        null,
        safe_cast(json_value(payload, '$.y') as float64),
        safe_cast(json_value(payload, '$.x') as float64),
        'ogcapi',
        _ingested_at,
        _seq
    from {{ source('bikes', 'ogcapi') }}

)

select
    station_id,
    observed_at,
    initcap(name) as name,
    initcap(address) as address,
    initcap(city) as city,
    post_code,
    capacity,
    latitude,
    longitude,
    source_version,
    _ingested_at as loaded_at
from said
where station_id is not null and observed_at is not null
qualify row_number() over (
    partition by station_id, observed_at
    order by _ingested_at desc, _seq desc, source_version
) = 1
