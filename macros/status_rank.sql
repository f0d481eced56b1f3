{# The place of a state in an order's life. #}
{% macro status_rank() -%}
case status when 'delivered' then 4 when 'shipped' then 3 when 'processing' then 2 else 1 end
{%- endmacro %}
