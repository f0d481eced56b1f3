{{ config(materialized='table', partition_by={'field': 'day', 'data_type': 'date'}, cluster_by='customer') }}
select id, day, customer, amount from {{ ref('sales') }} where amount is not null
