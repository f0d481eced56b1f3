{{ config(cluster_by='c', partition_by={'field': 'at', 'data_type': 'timestamp'}, labels={'y': '2'}) }}
select 1 as id
