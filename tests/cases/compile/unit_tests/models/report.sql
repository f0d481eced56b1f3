with own as (select * from {{ ref('customers') }})
select own.id, sum(amount) as total, {{ today() }} as day, '{{ var('currency', 'USD') }} {{ env_var('REGION', '') }}' as place
from own
join {{ source('app', 'orders') }} as orders using (id)
join {{ ref('prices') }} using (id)
group by 1
