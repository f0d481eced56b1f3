{{
  config(
    materialized='incrementel',
    unique_key=1,
    partition_by='day',
    on_schema_change='append'
  )
}}
select 1 as id
