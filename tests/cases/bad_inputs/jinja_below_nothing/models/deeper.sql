{% set known = {'a': 1} %}
select 1 as id,
  '{{ known.missing.deeper }}' as b
