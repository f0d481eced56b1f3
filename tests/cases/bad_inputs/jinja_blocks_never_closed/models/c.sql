select 1
{% for x in [1] %}
{% if x %}
, 2
{% endfor %}
