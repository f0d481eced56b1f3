{% for column in ['amount', 'amout'] %}
select {{ rounded(column) }} as amount
from {{ source('raw', 'orders') }}
{{ 'union all' if not loop.last }}
{% endfor %}
