{# Of rows that tell `columns` of a thing at a time, one a version: the first of each run that says the
   same, valid until the next begins. #}
{% macro versions(rows, id, at, columns, key) -%}
select
    to_hex(md5(concat({{ id }}, '|', cast(unix_micros({{ at }}) as string)))) as {{ key }},
    {{ id }},
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    row_number() over (partition by {{ id }} order by {{ at }}) as version,
    {{ at }} as valid_from,
    lead({{ at }}) over (partition by {{ id }} order by {{ at }}) as valid_to,
    lead({{ at }}) over (partition by {{ id }} order by {{ at }}) is null as is_current
from (
    select *
    from (
        select *, to_json_string(struct({{ columns | join(', ') }})) as said
        from {{ rows }}
    ) as told
    qualify coalesce(said != lag(said) over (partition by {{ id }} order by {{ at }}), true)
) as changes
{%- endmacro %}
