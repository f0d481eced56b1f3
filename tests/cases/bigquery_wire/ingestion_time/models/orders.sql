{{ config(materialized='incremental', incremental_strategy='insert_overwrite',
    partition_by={'field': 'day', 'data_type': 'date', 'time_ingestion_partitioning': true}) }}
select 1 as id, date '2024-01-01' as day, 'a' as name
