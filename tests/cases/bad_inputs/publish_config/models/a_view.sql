{{ config(publish='audited') }}
select 1 as id
