-- Every version of a station: name, place, size, and from when to when.
with filled as (

    -- No API says everything; what one leaves out is as it was.
    select
        station_id,
        observed_at,
        {% for column in ['name', 'address', 'city', 'post_code', 'capacity', 'latitude', 'longitude'] -%}
        last_value({{ column }} ignore nulls) over (
            partition by station_id order by observed_at
            rows between unbounded preceding and current row
        ) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('station_info_snapshots') }}

),

hashed as (

    select
        *,
        to_hex(md5(to_json_string(struct(name, address, city, capacity, latitude, longitude)))) as version_hash
    from filled

),

changes as (

    select *
    from hashed
    qualify coalesce(
        version_hash != lag(version_hash) over (partition by station_id order by observed_at),
        true
    )

)

select
    to_hex(md5(concat(station_id, '|', cast(unix_micros(observed_at) as string)))) as station_key,
    station_id,
    name,
    address,
    city,
    post_code,
    capacity,
    latitude,
    longitude,
    observed_at as valid_from,
    lead(observed_at) over (partition by station_id order by observed_at) as valid_to,
    lead(observed_at) over (partition by station_id order by observed_at) is null as is_current
from changes
