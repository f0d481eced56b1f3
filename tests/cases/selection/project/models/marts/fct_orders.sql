{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', tags='nightly') }}
select * from {{ ref('stg_orders') }} join {{ ref('stg_customers') }} using (customer_id)
