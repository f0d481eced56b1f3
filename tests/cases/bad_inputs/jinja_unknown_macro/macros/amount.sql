{% macro amount_in_euro(column) %}{{ column }} / 100{% endmacro %}
