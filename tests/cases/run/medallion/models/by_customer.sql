{{ config(
    materialized='table',
    post_hook=[
      "create or replace table {{ this.schema }}.hooked as select 'inside' as place",
      "{% if execute %}{% set rows = run_query('select count(*) as n from ' ~ this) %}insert into {{ this.schema }}.hooked values ('{{ rows.columns[0].values()[0] }} rows'){% endif %}",
    ],
) }}
select
  customer_name,
  sum(amount) as amount
from {{ ref('named') }}
group by customer_name
