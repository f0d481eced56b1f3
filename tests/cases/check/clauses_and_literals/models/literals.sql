select
    cast(status as boolen) as kind,
    date 'soon' as soon,
    placed_at + interval 'x' day as later,
    placed_on between '2024-01-01' and 'today' as is_between,
    placed_on in ('2024-01-01', 'never') as is_in
from {{ source('raw', 'orders') }}
where placed_on > 'yesterday' and placed_on > '2024-01-01'
