{% if 1 is definde %}select 1 as a{% endif %}
