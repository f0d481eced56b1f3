{{ config(materialised='table', team='sales') }}
select 1 as id
