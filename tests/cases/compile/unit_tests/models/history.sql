{{ config(materialized='incremental') }}
select id, {{ today() }} as seen from {{ ref('customers') }}
{% if is_incremental() %}
where id not in (select id from {{ this }})
{% endif %}
