{{ config(schema=var('place', 'dev')) }}
select name from {{ ref('orders') }}
