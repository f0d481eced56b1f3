with days as (
    select placed_on as day, placed_at as hour, extract(month from placed_on) as month
    from {{ source('raw', 'orders') }}
)

select
    date_diff(day, day, day) as days,
    timestamp_diff(hour, hour, hour) as hours,
    timestamp_trunc(hour, month, 'Europe/Berlin') as months,
    datetime_diff('2024-01-01', '2024-01-02', microsecond) as micros,
    extract(date from hour at time zone 'Asia/Tokyo') as tokyo,
    extract(week(thursday) from day) as week,
    last_day(day, isoyear) as last,
    interval '1-2' year to month as span,
    date_trunc(day, isoweek) as monday,
    normalize(string(day), nfkc) as normal,
    month
from days
