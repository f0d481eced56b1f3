{% macro started(column, part) %}date_trunc({{ column }}, {{ part }}){% endmacro %}
select
    date_trunc(placed_on, monht) as misspelt,
    {{ started('placed_on', 'quartr') }} as in_a_macro,
    date_diff(placed_on, placed_on, days) as plural,
    date_trunc(placed_on, week(mondy)) as weekday,
    date_trunc(placed_on, 'month') as quoted,
    date_trunc('month', placed_on) as swapped,
    date_trunc(placed_on, hour) as too_small,
    timestamp_diff(placed_at, placed_at, month) as too_large,
    timestamp_add(placed_at, interval 1 month) as moved,
    date_add(placed_on, interval 2 hour) as moved_by_hours,
    date_sub(placed_on, interval 1 yaer) as misspelt_interval,
    last_day(placed_on, day) as last,
    extract(hour from placed_on) as hour_of_day,
    extract(dayofwek from placed_on) as day_of_week,
    interval 3 isoweek as no_interval,
    placed_on + interval 1 dya as next_day,
    normalize(status, nfx) as normal,
    generate_date_array(placed_on, placed_on, interval 1 hour) as hours
from {{ source('raw', 'orders') }}
