{# Joins the version of a thing that was valid at a time; before the first one, the first is the best known. #}
{% macro as_of(versions, at) -%}
({{ at }} >= {{ versions }}.valid_from or {{ versions }}.version = 1)
        and ({{ versions }}.valid_to is null or {{ at }} < {{ versions }}.valid_to)
{%- endmacro %}
