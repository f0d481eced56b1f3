select * from {{ ref('orders', version=2) }} where amount_eur < 0
