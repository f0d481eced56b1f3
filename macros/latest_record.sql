{# Bronze is append-only: keeps the last landed version of each record. #}
{% macro latest_record() -%}
    qualify row_number() over (
        partition by _record_key
        order by _ingested_at desc, _seq desc
    ) = 1
{%- endmacro %}
