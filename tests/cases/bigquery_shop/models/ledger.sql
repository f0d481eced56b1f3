{{ config(materialized='incremental', incremental_strategy='append') }}
select id, amount from {{ ref('cleaned') }}
{% if is_incremental() %}where id > (select coalesce(max(id), 0) from {{ this }}){% endif %}
