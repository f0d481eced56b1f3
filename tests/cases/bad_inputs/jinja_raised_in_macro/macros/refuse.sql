{% macro refuse(name) %}
  {{ inner_refuse(name) }}
{% endmacro %}

{% macro inner_refuse(name) %}
  {% do exceptions.raise_compiler_error("no " ~ name ~ " today") %}
{% endmacro %}
