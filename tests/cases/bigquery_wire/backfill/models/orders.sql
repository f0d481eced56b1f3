{{ config(materialized='incremental',
    incremental_strategy='microbatch',
    event_time='day',
    begin='2024-01-01',
    batch_size='day',
    partition_by={'field': 'day', 'data_type': 'date', 'granularity': 'day'}) }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
