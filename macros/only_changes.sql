{# Of the rows of a model, what a later build writes: those that are not in the table as they are. A row that is
   in the table and no more comes with 0 in `count`, and the hook `take_out` removes it; `within` is the relation
   of `touched` where not all rows were looked at. #}
{% macro only_changes(rows, keys, count=none, within=none, who=none, start='started_at', scope=none) -%}
select {{ rows }}.*
from {{ rows }}
{%- if is_incremental() %}
left join {{ this }} as known
    on {{ same(rows, 'known', keys) }}
    and to_json_string({{ rows }}) = to_json_string(known)
where known.{{ keys[0] }} is null
{%- if count %}

union all

select known.* replace (0 as {{ count }})
from {{ this }} as known
{%- if within %}
inner join {{ within }} as {{ within }}
    on known.{{ who or keys[0] }} = {{ within }}.{{ who or keys[0] }}
    and known.{{ start }} >= {{ within }}.since
{%- endif %}
left join {{ rows }}
    on {{ same(rows, 'known', keys) }}
where {{ rows }}.{{ keys[0] }} is null
{%- if scope %}
    and {{ scope }}
{%- endif %}
{%- endif %}
{%- endif %}
{%- endmacro %}

{% macro same(one, other, keys) -%}
{% for key in keys -%}
{{ one }}.{{ key }} = {{ other }}.{{ key }}{{ ' and ' if not loop.last }}
{%- endfor %}
{%- endmacro %}
