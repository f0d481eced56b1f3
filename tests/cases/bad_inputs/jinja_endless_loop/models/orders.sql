select 1 as x
{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% set d = a + b + c %}{% endfor %}{% endfor %}{% endfor %}
