{# Bronze is append-only: each version of each record that was landed, the last of a load. #}
{% macro landed_versions() -%}
    qualify row_number() over (
        partition by _record_key, _ingested_at
        order by _seq desc
    ) = 1
{%- endmacro %}
