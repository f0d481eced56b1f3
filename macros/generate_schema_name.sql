{# Layers are datasets of their own (`silver`, `gold`), so that every target reads alike. A target
   named `dev` or `ci` prefixes them with its dataset, so that people do not overwrite each other. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif target.name in ['dev', 'ci'] -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- else -%}
        {{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
