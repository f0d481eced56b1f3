{% macro around() %}{{ around() }}{% endmacro %}
