{# The square of about ten metres that a position is in. #}
{% macro place_key(latitude, longitude) -%}
concat(
            cast(cast(round({{ latitude }} * 10000) as int64) as string),
            ',',
            cast(cast(round({{ longitude }} * 10000) as int64) as string)
        )
{%- endmacro %}
