{{ config(
    materialized='incremental',
    incremental_strategy='microbatch',
    event_time='date(happened_at)',
    begin='2024-01-01 00:00:00+02:00',
    batch_size='week',
    lookback=-1,
    concurrent_batches='yes',
    partition_by={'field': 'happened_at', 'data_type': 'timestamp'}
) }}
select 1 as id
