{{ config(materialized='table', pre_hook="select 'alone'") }}
{% call set_sql_header(config) %}
create temp function doubled(x int64) as (x * 2);
{% endcall %}
select doubled(1) as id
