select * from {{ ref('orders', v=1) }} join {{ ref('countries') }} using (id)
