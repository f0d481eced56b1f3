{{ config(materialized='table',
    partition_by={'field': 'at', 'data_type': 'timestamp', 'granularity': 'hour'}) }}
select 1 as id, timestamp '2024-01-01 10:00:00' as at
