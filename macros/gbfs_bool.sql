{# true and false; 1 and 0 in the first versions of GBFS. #}
{% macro gbfs_bool(field) -%}
case lower(json_value(payload, '$.{{ field }}'))
            when 'true' then true
            when '1' then true
            when 'false' then false
            when '0' then false
        end
{%- endmacro %}
