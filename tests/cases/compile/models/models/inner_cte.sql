{{ config(materialized='ephemeral') }}
select * from {{ ref('raw') }}
