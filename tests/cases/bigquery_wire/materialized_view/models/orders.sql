{{ config(materialized='materialized_view',
    cluster_by='id',
    enable_refresh=true,
    refresh_interval_minutes=60,
    max_staleness='0-0 0 4:0:0',
    labels={'team': 'data'}) }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
