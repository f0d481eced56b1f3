select *
from {{ source('raw', 'orders') }}
join {{ ref('customers', v=2) }} using (id)
join {{ ref('declared_in_yaml') }} using (id)
join {{ ref('python') }} using (id)
join {{ ref('countries') }} using (id)
join {{ source('others', 'lost') }} using (id)
where {{ cents('price') }} > 1
