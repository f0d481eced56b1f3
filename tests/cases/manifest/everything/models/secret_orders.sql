{{ config(group='finance') }} select * from {{ ref('stg_orders') }}
