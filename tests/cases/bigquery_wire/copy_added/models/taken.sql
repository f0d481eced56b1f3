{{ config(materialized='copy', copy_materialization='incremental') }}
{{ ref('orders') }}
