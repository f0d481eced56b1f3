{% macro cents(column, digits=2, rounded=true) %}round({{ column }}, {{ digits }}){% endmacro %}
{% macro described(a) %}{{ a }}{% endmacro %}
