{{ config(materialized='ephemeral') }}

-- Each report of a station, whatever the shape it came in, in one set of columns.
with gbfs as (

    select
        json_value(payload, '$.station_id') as station_id,
        -- Seconds since 1970 up to GBFS 2.3, a time from 3.0 on. What is no second of this century is none.
        case
            when safe_cast(json_value(payload, '$.last_reported') as int64) between 946684800 and 4102444799
                then timestamp_seconds(safe_cast(json_value(payload, '$.last_reported') as int64))
            when safe_cast(json_value(payload, '$.last_reported') as int64) is null
                then safe_cast(json_value(payload, '$.last_reported') as timestamp)
        end as reported_at,
        safe_cast(coalesce(
            json_value(payload, '$.num_vehicles_available'),
            json_value(payload, '$.num_bikes_available')
        ) as int64) as bikes,
        safe_cast(json_value(payload, '$.num_docks_available') as int64) as docks,
        {{ gbfs_bool('is_installed') }} as is_installed,
        {{ gbfs_bool('is_renting') }} as is_renting,
        {{ gbfs_bool('is_returning') }} as is_returning,
        cast(null as string) as state,
        cast(null as string) as connection,
        if(json_value(payload, '$.num_vehicles_available') is null, 'gbfs_2', 'gbfs_3') as source_version,
        _record_hash,
        _ingested_at,
        _seq
    from {{ source('bikes', 'gbfs_status') }}

),

older as (

    {% set shapes = [
        ('ods_v1', '$.fields.libelle', '$.fields.datemiseajour', '$.fields.nbvelosdispo', '$.fields.nbplacesdispo', '$.fields.etat', '$.fields.etatconnexion'),
        ('ods_v21', '$.libelle', '$.datemiseajour', '$.nbvelosdispo', '$.nbplacesdispo', '$.etat', '$.etatconnexion'),
        ('wfs', '$.properties.objectid', '$.properties.date_modification', '$.properties.nb_velos_dispo', '$.properties.nb_places_dispo', '$.properties.etat', '$.properties.etat_connexion'),
        ('ogcapi', '$.id', '$.date_modification', '$.nb_velos_dispo', '$.nb_places_dispo', '$.etat', '$.etat_connexion'),
    ] -%}
    {% for shape, station, time, bikes, docks, state, connection in shapes -%}
    select
        json_value(payload, '{{ station }}') as station_id,
        safe_cast(json_value(payload, '{{ time }}') as timestamp) as reported_at,
        safe_cast(json_value(payload, '{{ bikes }}') as int64) as bikes,
        safe_cast(json_value(payload, '{{ docks }}') as int64) as docks,
        upper(json_value(payload, '{{ state }}')) as state,
        upper(json_value(payload, '{{ connection }}')) as connection,
        '{{ shape }}' as source_version,
        _record_hash,
        _ingested_at,
        _seq
    from {{ source('bikes', shape) }}
    {% if not loop.last %}
    union all

    {% endif -%}
    {% endfor %}

)

select * from gbfs

union all

select
    station_id,
    reported_at,
    bikes,
    docks,
    state != 'RÉFORMÉ' as is_installed,
    state = 'EN SERVICE' as is_renting,
    state = 'EN SERVICE' as is_returning,
    state,
    connection,
    source_version,
    _record_hash,
    _ingested_at,
    _seq
from older
