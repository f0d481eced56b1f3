select 1 as order_id
{% if true %}
  , 2 as amount
