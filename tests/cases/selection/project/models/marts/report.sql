{{ config(materialized='table', tags=['nightly']) }}
select * from {{ ref('fct_orders') }}, {{ ref('dim_customers') }}, {{ ref('calendar') }}
