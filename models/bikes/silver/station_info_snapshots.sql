{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['station_id', 'observed_at'],
        partition_by={'field': 'observed_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['station_id']
    )
}}

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
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('bikes', 'gbfs_information') }}
    where true
    {{ landed_lately(days=2) }}

    {% set shapes = [
        ('ods_v1', 'fields.libelle', 'record_timestamp', 'fields.nom', 'fields.adresse', 'fields.commune', 'fields.geo[0]', 'fields.geo[1]'),
        ('ods_v21', 'libelle', 'datemiseajour', 'nom', 'adresse', 'commune', 'geo.lat', 'geo.lon'),
        ('wfs', 'properties.objectid', 'properties.date_modification', 'properties.nom', 'properties.adresse', 'properties.commune', 'properties.y', 'properties.x'),
        ('ogcapi', 'id', 'date_modification', 'nom', 'adresse', 'commune', 'y', 'x'),
    ] -%}
    {% for shape, station, time, name, address, city, latitude, longitude in shapes -%}
    union all

    select
        json_value(payload, '$.{{ station }}'),
        safe_cast(json_value(payload, '$.{{ time }}') as timestamp),
        json_value(payload, '$.{{ name }}'),
        json_value(payload, '$.{{ address }}'),
        json_value(payload, '$.{{ city }}'),
        null,
        null,
        safe_cast(json_value(payload, '$.{{ latitude }}') as float64),
        safe_cast(json_value(payload, '$.{{ longitude }}') as float64),
        '{{ shape }}',
        _record_hash,
        _ingested_at,
        _seq
    from {{ source('bikes', shape) }}
    where true
    {{ landed_lately(days=2) }}

    {% endfor -%}
),

latest as (

    select *
    from said
    where station_id is not null and observed_at is not null
    qualify row_number() over (
        partition by station_id, observed_at
        order by source_version desc, _ingested_at desc, _seq desc
    ) = 1

)

select
    latest.station_id,
    latest.observed_at,
    initcap(latest.name) as name,
    initcap(latest.address) as address,
    initcap(latest.city) as city,
    latest.post_code,
    latest.capacity,
    latest.latitude,
    latest.longitude,
    latest.source_version,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['station_id', 'observed_at'], rank=['source_version', 'source_version']) }}
