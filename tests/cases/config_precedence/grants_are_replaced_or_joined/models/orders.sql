{{ config(grants={'+select': ['auditor'], 'insert': ['loader']}) }}
select 1 as id
