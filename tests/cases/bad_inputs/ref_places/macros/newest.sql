{% macro newest(model) %}
  (select * from {{ ref(model) }})
{% endmacro %}
