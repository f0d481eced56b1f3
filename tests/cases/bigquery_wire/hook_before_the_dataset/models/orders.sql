{{ config(materialized='table',
    pre_hook={'sql': 'create table if not exists `shop`.`gold`.`audit` (what string)', 'transaction': false}) }}
select 1 as id
