{% set tables = ['base', 'bse'] %}
{% for table in tables %}
select * from {{ ref(table) }}
{% endfor %}
