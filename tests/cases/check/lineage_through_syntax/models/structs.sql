select
    address.city,
    struct(struct(amount as value, placed_on) as inner_, status) as outer_,
    items[safe_offset(0)].price as first_price,
    (select sum(i.price * i.quantity) from unnest(items) as i where i.sku != status) as total,
    array(select as struct i.sku, i.quantity * 2 as twice from unnest(items) as i order by i.price) as pairs,
    (select as struct max(price) as most, min(sku) as least from unnest(items)) as extremes
from {{ source('raw', 'orders') }}
