{{ config(materialized='table', partition_by={'field': 'placed_on', 'data_type': 'date'}, require_partition_filter=true) }}
select order_id, placed_on from {{ source('raw', 'orders') }}
