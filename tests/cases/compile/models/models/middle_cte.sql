{{ config(materialized='ephemeral') }}
with renamed as (
  select id as middle_id from {{ ref('inner_cte') }}
)
select * from renamed -- the end
