{{ config(pre_hook="select 'call'") }}
select 1 as id
