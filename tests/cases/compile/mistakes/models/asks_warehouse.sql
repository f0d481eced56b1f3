select 1
{% set rows = run_query('select 1') %}
