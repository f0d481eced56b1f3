select * from {{ ref('orders', v=1) }} join {{ ref('shop','orders', v=2) }} using (id) join {{ ref('orders') }} using (id)
