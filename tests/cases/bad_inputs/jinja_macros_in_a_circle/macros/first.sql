{% macro first() %}{{ second() }}{% endmacro %}
