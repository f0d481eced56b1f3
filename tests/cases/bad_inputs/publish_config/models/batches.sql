{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day', partition_by={'field': 'at', 'data_type': 'timestamp'}, meta={'publish': 'audited'}) }}
select 1 as id
