-- What cars use by how cold it is, how fast they go and whether it goes up: of trips where that was measured.
with measured as (

    select
        *,
        cast(floor(average_temperature / 5) * 5 as int64) as temperature_from,
        cast(floor(average_speed / 20) * 20 as int64) as speed_from,
        case
            when climb_metres is null then 'unknown'
            when climb_metres > 50 then 'up'
            when climb_metres < -50 then 'down'
            else 'flat'
        end as climb
    from {{ ref('trip_log') }}
    where kwh_per_100km is not null

)

select
    vin,
    temperature_from,
    speed_from,
    climb,
    count(*) as trips,
    sum(distance_km) as distance_km,
    safe_divide(100 * sum(kwh_consumed), sum(distance_km)) as kwh_per_100km
from measured
group by vin, temperature_from, speed_from, climb
