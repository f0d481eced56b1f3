{{ config(materialized='table', persist_docs={'columns': true}) }}
select 1 as id, struct_pack(city := 'a', zip := 'b') as address
