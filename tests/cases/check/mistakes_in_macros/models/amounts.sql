{% set wanted = in_currency('amonut', 'eur') %}
select order_id, {{ cents('amount') }} as cents, {{ wanted }} as euros, stattus
from {{ source('raw', 'orders') }} as o
where {{ since('2024-01-01') }} and o.{{ 'placed' }} is not null
