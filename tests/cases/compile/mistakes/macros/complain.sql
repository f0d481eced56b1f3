{% macro complain(what) %}
  {% if execute %}
  {{ exceptions.raise_compiler_error('do not ask for ' ~ what) }}
  {% endif %}
{% endmacro %}
