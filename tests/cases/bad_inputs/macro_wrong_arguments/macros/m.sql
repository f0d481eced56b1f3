{% macro m(a, b=2) %}{{ a }}{% endmacro %}
