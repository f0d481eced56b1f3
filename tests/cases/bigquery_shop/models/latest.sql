{{ config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['id', 'day'],
    partition_by={'field': 'day', 'data_type': 'date'}
) }}
select id, day, amount from {{ ref('cleaned') }}
