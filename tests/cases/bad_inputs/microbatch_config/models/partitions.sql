{{ config(
    materialized='incremental',
    incremental_strategy='microbatch',
    event_time='happened_at',
    begin='soon',
    batch_size='hour',
    unique_key='id',
    partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'time_ingestion_partitioning': true}
) }}
select 1 as id
