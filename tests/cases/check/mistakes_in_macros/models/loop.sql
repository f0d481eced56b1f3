select
{%- for column in ['order_id', 'nothing', 'status'] %}
    upper({{ column }}) as upper_{{ column }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ source('raw', 'orders') }}
