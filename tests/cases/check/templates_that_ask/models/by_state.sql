{%- set states = run_query('select distinct rig from ' ~ ref('boats')) -%}
select {% for state in states %} '{{ state[0] }}' as s{{ loop.index }}, {% endfor %} id from {{ ref('boats') }}
