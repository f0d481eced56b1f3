{{ config(materialized='table', publish='audit') }}
select 1 as id
