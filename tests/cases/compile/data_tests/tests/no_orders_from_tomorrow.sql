{{ config(severity='warn') }}
select * from {{ ref('orders') }}, {{ ref('hidden') }}
