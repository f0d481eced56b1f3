select status, {{ shown('address.city') }} as city, count(*) as orders
from {{ source('raw', 'orders') }}
group by status
