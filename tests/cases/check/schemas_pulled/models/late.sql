select order_id, statu, placed_at > date '2024-01-01' as is_late
from {{ source('raw', 'orders') }}
