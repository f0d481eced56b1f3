{% test at_least(model, column_name, least) %}
select {{ least }} - count(*) as missing -- {{ least + 1 }}
from {{ model }}
having count(*) < {{ least }}
{% endtest %}
