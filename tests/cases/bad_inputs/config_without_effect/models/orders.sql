{{ config(materialized='table', grants={'select': ['someone@example.com']}, require_partition_filter=true) }}
select 1 as id
