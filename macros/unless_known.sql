{# Of what was read again, only what is not here yet in this very version. Without a `version` what is here
   is known by its keys alone. Times of landing do not tell: a load that began earlier may end later. What is
   here with a higher rank of its own (a later time, a better source), [here, in the rows], stays. #}
{% macro unless_known(rows, keys, version='record_hash', rank=none) -%}
    {%- if is_incremental() %}
    left join {{ this }} as known
        on {{ same(rows, 'known', keys) }}
        {%- if version and rank %}
        and ({{ rows }}.{{ version }} = known.{{ version }} or {{ rows }}.{{ rank[1] }} < known.{{ rank[0] }})
        {%- elif version %}
        and {{ rows }}.{{ version }} = known.{{ version }}
        {%- endif %}
    where known.{{ keys[0] }} is null
    {%- endif %}
{%- endmacro %}
