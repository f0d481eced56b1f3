select {{ shown('status') }} as status, * from {{ ref('events') }} where placed_on = '2024-01-01'
