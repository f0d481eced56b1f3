{{ config(project='billing') }}
select 1 as id
