{{ config(static_analysis='error') }}
select idd from {{ ref('b') }}
