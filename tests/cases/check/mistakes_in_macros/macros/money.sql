{# The mistakes are in here; they are shown where a model calls it. #}
{% macro cents(column) %}round({{ column }} * 100){% endmacro %}

{% macro in_currency(column, currency) -%}
    {{ cents(column) }} / rates.{{ currency }}
{%- endmacro %}

{% macro since(day) %}{{ return("placed_onn >= '" ~ day ~ "'") }}{% endmacro %}
