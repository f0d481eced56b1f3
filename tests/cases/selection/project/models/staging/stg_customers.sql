{{ config(tags=['staging', 'pii'], meta={'owner': 'crm', 'contains': ['email', 'phone']}) }}
select * from {{ source('app', 'customers') }} join {{ ref('countries') }} using (code)
