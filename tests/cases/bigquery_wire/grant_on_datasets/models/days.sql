{{ config(materialized='table', schema='other') }}
select 1 as id
