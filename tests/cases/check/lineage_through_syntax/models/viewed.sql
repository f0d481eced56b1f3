{{ config(materialized='view') }}
select text, day from {{ ref('subqueries') }} order by word
