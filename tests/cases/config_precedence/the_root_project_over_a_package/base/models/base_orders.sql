{{ config(materialized='view', tags='call') }}
select 1 as id
