{% macro note_the_end() %}
  delete from {{ ref('orders') }} where order_idd is null
{% endmacro %}
