{{ config(materialized='incremental', incremental_strategy='merg', unique_key='x') }}
select 1 as x
