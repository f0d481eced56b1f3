{{ config(materialized='ephemeral') }}
select count(*) as n from {{ ref('inner_cte') }}
