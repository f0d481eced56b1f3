-- Each station as it reported last.
with latest as (

    select *
    from {{ ref('station_status') }}
    where is_plausible
    qualify row_number() over (partition by station_id order by reported_at desc) = 1

)

select
    latest.station_id,
    stations.name,
    stations.latitude,
    stations.longitude,
    latest.bikes,
    latest.docks,
    coalesce(stations.capacity, latest.capacity) as capacity,
    latest.status,
    latest.reported_at,
    datetime(latest.reported_at, '{{ var("bikes_time_zone") }}') as reported_local
from latest
left join {{ ref('dim_station') }} as stations
    on latest.station_id = stations.station_id and stations.is_current
