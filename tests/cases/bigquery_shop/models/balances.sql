{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='customer') }}
select customer, amount from {{ ref('customers') }}
