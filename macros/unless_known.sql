{# Of what was read again, only what is not here yet in this very version. Without a `version` what is here
   is known by its keys alone. Times of landing do not tell: a load that began earlier may end later. What is
   here with a later time of its own, [here, in the rows], stays. #}
{% macro unless_known(rows, keys, version='record_hash', time=none) -%}
    {%- if is_incremental() %}
    left join {{ this }} as known
        on {{ same(rows, 'known', keys) }}
        {%- if version and time %}
        and ({{ rows }}.{{ version }} = known.{{ version }} or {{ rows }}.{{ time[1] }} < known.{{ time[0] }})
        {%- elif version %}
        and {{ rows }}.{{ version }} = known.{{ version }}
        {%- endif %}
    where known.{{ keys[0] }} is null
    {%- endif %}
{%- endmacro %}
