{{ config(
    materialized='incremental',
    incremental_strategy='microbatch',
    event_time='"at"',
    begin='2024-01-01',
    batch_size='day',
    unique_key='id',
    incremental_predicates=['id > 1']
) }}
select 1 as id
