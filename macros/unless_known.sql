{# Of what was read again, only what is not here yet, in this very version. #}
{% macro unless_known(rows, keys) -%}
    {%- if is_incremental() %}
    left join {{ this }} as known
        on {{ rows }}.record_hash = known.record_hash
        {%- for key in keys %}
        and {{ rows }}.{{ key }} = known.{{ key }}
        {%- endfor %}
    where known.record_hash is null
    {%- endif %}
{%- endmacro %}
