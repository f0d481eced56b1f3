{{ config(materialized='incremental', unique_key='id') }}
{%- set columns = ['id', 'text'] %}
select
{%- for column in columns %}
  {{ column }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('raw') }}
where true
{%- if is_incremental() %}
  and id > (select max(id) from {{ this }})
{%- endif %}
  and day >= '{{ var("since") }}'
