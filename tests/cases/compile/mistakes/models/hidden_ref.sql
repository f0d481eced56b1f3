{% if execute %}
select * from {{ ref('a') }}
{% endif %}
