{{ config(
    materialized='incremental',
    incremental_strategy='insert_overwrite',
    partition_by={'field': 'day', 'data_type': 'date'}
) }}
select day, cast(sum(amount) as int64) as amount from {{ ref('cleaned') }} group by day
