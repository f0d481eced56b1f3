{{ config(
    materialized='table',
    sql_header="declare since date default '2024-01-01'; declare until date default since + 'x';
      create temp function halved(x numeric) returns numeric as (x / 2);",
    pre_hook="update {{ this }} set amount = placed_on where true",
    post_hook=[
        "alter table {{ this }} add column note string; update {{ this }} set note = 'x' where order_id = '1'",
        "grant `roles/bigquery.dataViewer` on table {{ this }} to 'user:a@b.c'",
        "begin declare n int64; set m = (select count(*) from {{ this }}); end"
    ]
) }}
select order_id, halved(amount) as amount, placed_on
from {{ source('raw', 'orders') }}
where placed_on >= since
