{% macro second() %}
  {{ first() }}
{% endmacro %}
