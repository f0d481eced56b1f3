{% macro status_of_both() %}status{% endmacro %}

{% macro matched(left, right) %}{{ left }}.order_id = {{ right }}.customer_id{% endmacro %}

{% macro joined() %}{{ matched('o', 'c') }}{% endmacro %}

{% macro first_day(column) %}date_trunc({{ column }}, hour){% endmacro %}

{% macro shown(column) %}upper({{ column }}){% endmacro %}

{% macro other_rows() %}
select customer_id, name, status from {{ source('raw', 'customers') }}
{% endmacro %}

{% macro kept(column) %}format_date('%Y', {{ column }}) = '2024'{% endmacro %}
