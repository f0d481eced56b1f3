{# Fails on values below `from` or above `to`; either end may be left open. #}
{% test in_range(model, column_name, from=none, to=none) %}

select {{ column_name }}
from {{ model }}
where false
{%- if from is not none %}
    or {{ column_name }} < {{ from }}
{%- endif %}
{%- if to is not none %}
    or {{ column_name }} > {{ to }}
{%- endif %}

{% endtest %}
