{{ config(materialized='table') }}
select 1 as id, 'abc' as name, 0 as zero
