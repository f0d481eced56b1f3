{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['station_id', 'reported_at'],
        partition_by={'field': 'reported_at', 'data_type': 'timestamp', 'granularity': 'day'},
        cluster_by=['station_id']
    )
}}

-- One row a station and report. Where several APIs told it, it is the same one's whichever landed first.
with latest as (

    select *, _record_hash as record_hash
    from {{ ref('bikes_reports') }}
    where station_id is not null and reported_at is not null
    {{ landed_lately(days=2) }}
    qualify row_number() over (
        partition by station_id, reported_at
        order by source_version desc, _ingested_at desc, _seq desc
    ) = 1

)

select
    latest.station_id,
    latest.reported_at,
    latest._ingested_at as fetched_at,
    latest.bikes,
    latest.docks,
    latest.bikes + latest.docks as capacity,
    latest.is_installed,
    latest.is_renting,
    latest.is_returning,
    case
        when not latest.is_installed then 'retired'
        when not latest.is_renting or not latest.is_returning then 'maintenance'
        when latest.connection in ('DÉCONNECTÉ', 'DISCONNECTED') then 'offline'
        else 'in_service'
    end as status,
    -- A station with 9,000 free docks has been seen; and nobody reports what will be tomorrow.
    coalesce(
        latest.bikes >= 0
        and latest.docks >= 0
        and latest.bikes + latest.docks <= {{ var('bikes_most_docks') }}
        and latest.reported_at < timestamp_add(latest._ingested_at, interval 1 day),
        false
    ) as is_plausible,
    latest.source_version,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['station_id', 'reported_at'], rank=['source_version', 'source_version']) }}
