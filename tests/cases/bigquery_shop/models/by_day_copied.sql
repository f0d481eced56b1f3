{{ config(
    materialized='incremental',
    incremental_strategy='insert_overwrite',
    partition_by={'field': 'day', 'data_type': 'date', 'copy_partitions': true}
) }}
select day, count(*) as orders from {{ ref('cleaned') }} group by day
