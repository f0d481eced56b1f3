select * from {{ ref('report') }} join {{ ref('stg_orders') }} using (id)
