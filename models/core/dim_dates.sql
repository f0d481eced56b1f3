-- One row a calendar day. Weeks are ISO 8601: they start on Monday, and the ISO year of the first
-- and last days of a year can be its neighbour.
select
    cast(format_date('%Y%m%d', date_day) as int64) as date_key,
    date_day,
    extract(year from date_day) as year,
    extract(quarter from date_day) as quarter,
    extract(month from date_day) as month,
    format_date('%B', date_day) as month_name,
    extract(day from date_day) as day_of_month,
    extract(isoyear from date_day) as iso_year,
    cast(format_date('%V', date_day) as int64) as iso_week,
    -- BigQuery numbers the days from Sunday = 1; ISO from Monday = 1.
    date_sub(date_day, interval mod(extract(dayofweek from date_day) + 5, 7) day) as iso_week_start,
    mod(extract(dayofweek from date_day) + 5, 7) + 1 as iso_day_of_week,
    format_date('%A', date_day) as day_name,
    extract(dayofweek from date_day) in (1, 7) as is_weekend
from unnest(generate_date_array(
    date '{{ var("dates_from") }}',
    date '{{ var("dates_to") }}'
)) as date_day
