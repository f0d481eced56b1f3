select
    h.order_id,
    h.dbt_valid_from,
    h.dbt_is_deleted,
    timestamp_diff(h.dbt_valid_to, h.dbt_valid_from, day) as days,
    h.dbt_valid_until,
    c.since + 1 as next_day,
    c.size + 'x' as wrong,
    c.population
from {{ ref('history') }} as h
cross join {{ ref('countries') }} as c
