{{ config(materialized='copy') }}
{{ ref('north') }}, {{ ref('south') }}
