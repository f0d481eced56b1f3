{{ config(materialized='ephemeral') }}
select *, upper(customer) as customer_name
from {{ ref('orders') }}
