{% set known = {'a': 1} %}
select '{{ known.missing }}' as nothing_printed
{{ nowhere.some }}
