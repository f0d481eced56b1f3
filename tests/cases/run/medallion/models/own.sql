{{ config(materialized='noted') }}
select 1 as id
