{# Of what was read again, only what is not here yet in this very version. Without a `version` what is here
   is known by its keys alone. Times of landing do not tell: a load that began earlier may end later. #}
{% macro unless_known(rows, keys, version='record_hash') -%}
    {%- if is_incremental() %}
    left join {{ this }} as known
        on {{ rows }}.{{ keys[0] }} = known.{{ keys[0] }}
        {%- for column in keys[1:] + ([version] if version else []) %}
        and {{ rows }}.{{ column }} = known.{{ column }}
        {%- endfor %}
    where known.{{ keys[0] }} is null
    {%- endif %}
{%- endmacro %}
