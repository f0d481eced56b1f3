{{ config(materialized='view', tags=['staging']) }}
select * from {{ source('app', 'orders') }}
