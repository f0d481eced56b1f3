{# The rows of silver that were landed since the newest row here, and some days before that: what
   `landed_lately` is to bronze. #}
{% macro loaded_lately(days=3) -%}
loaded_at >= (
            select coalesce(timestamp_sub(max(loaded_at), interval {{ days }} day), timestamp '1970-01-01 00:00:00+00')
            from {{ this }}
        )
{%- endmacro %}
