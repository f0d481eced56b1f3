{{ config(materialized='incremental',
    incremental_strategy='merge',
    unique_key='id',
    merge_exclude_columns=['name'],
    incremental_predicates=['DBT_INTERNAL_DEST.id > 0']) }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
