{% macro broken(a, %}
select 1
{% endmacro %}
