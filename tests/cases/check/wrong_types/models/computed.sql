select
    sum(status) as total,
    upper(max(order_id)) as upper_id,
    date_diff(max(placed_at), max(placed_on), day) as days,
    concat(max(status), cast(max(status) as bytes)) as joined,
    max(status) + 1 as more,
    case when max(amount) > 1 then 'many' else 0 end as word,
    if(max(amount), 1, 2) as choice,
    cast(max(placed_on) as int64) as day_number,
    [1, 'a'] as mixed,
    not max(order_id) as negated,
    count(*) filler
from {{ source('raw', 'orders') }}
