{{ config(materialized='table',
    partition_by={'field': 'id', 'data_type': 'int64', 'range': {'start': 0, 'end': 100, 'interval': 10}}) }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
