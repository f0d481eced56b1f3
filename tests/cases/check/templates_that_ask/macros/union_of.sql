{# The columns of all of them, as packages do it. #}
{% macro union_of(relations) %}
    {%- set names = [] -%}
    {%- for relation in relations -%}
        {%- for column in adapter.get_columns_in_relation(relation) if column.name not in names -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for relation in relations %}
    {%- set own = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    select
        {%- for name in names %}
        {{ name if name in own else 'null' }} as {{ name }},
        {%- endfor %}
        '{{ relation.identifier }}' as origin
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endmacro %}
