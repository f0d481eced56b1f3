select 1 as id
{% if execute %}
union all select id from {{ ref('base') }}
{% endif %}
