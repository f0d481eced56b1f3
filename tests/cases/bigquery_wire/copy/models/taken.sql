{{ config(materialized='copy') }}
{{ ref('orders') }}
