{{ config(materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns') }}
select 1 as id, struct_pack(city := 'a') as address
