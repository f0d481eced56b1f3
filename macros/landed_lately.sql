{# A later run reads what was landed since the newest row here, and some days before that: loads that
   began earlier may have ended later. #}
{% macro landed_lately(days=3) -%}
    {%- if is_incremental() %}
    and _ingested_at >= (
        select coalesce(timestamp_sub(max(loaded_at), interval {{ days }} day), timestamp '1970-01-01 00:00:00+00')
        from {{ this }}
    )
    {%- endif %}
{%- endmacro %}
