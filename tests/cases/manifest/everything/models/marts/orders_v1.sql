{{ config(group='finance', alias='final_orders', post_hook='analyze') }}
select {{ cents('amount') }} from {{ ref('secret_orders') }}
