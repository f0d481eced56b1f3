{{ config(tags='e') }}{{ config(tags=['f']) }}
select 1 as id
