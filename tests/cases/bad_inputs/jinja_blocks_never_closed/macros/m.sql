{% macro a() %}
{% if 1 %}
{% endmacro %}