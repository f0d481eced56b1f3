{{ config(materialized='table', sql_header="declare since date default date '2024-01-01'; declare row struct<a int64>; create temp function twice(x int64) as (x * 2);") }}

select id, twice(id) as twice, row.a, date_add(since, interval 1 day) as next, since + 'x' as wrong, sinse
from unnest([1, 2]) as id
where since < current_date
