select order_id, status from {{ source('raw', 'orders') }}
union all
{{ other_rows() }}
