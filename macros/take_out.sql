{# After a later build: rows that `only_changes` brought with 0 in `count` are no more. #}
{% macro take_out(count) -%}
{%- if is_incremental() -%}
delete from {{ this }} where {{ count }} = 0
{%- endif -%}
{%- endmacro %}
