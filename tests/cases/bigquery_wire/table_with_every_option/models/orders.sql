{{ config(materialized='table',
    partition_by={'field': 'day', 'data_type': 'date', 'granularity': 'day'},
    cluster_by=['id', 'name'],
    require_partition_filter=true,
    partition_expiration_days=30,
    hours_to_expiration=48,
    kms_key_name='projects/p/locations/eu/keyRings/r/cryptoKeys/k',
    labels={'team': 'data'},
    resource_tags={'123/env': 'prod'},
    persist_docs={'relation': true, 'columns': true}) }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
