{{ config(materialized='incremental', unique_key=['id', 'day'], merge_update_columns=['name']) }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
