{{ config(meta={'cost': 3}) }}
select 1 as id
