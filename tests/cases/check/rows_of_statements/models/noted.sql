{{ config(
    materialized='table',
    pre_hook="create temp table notes (id int64, word string(3), price numeric(50, 2))",
    post_hook=[
        "insert into notes (id, word) values (1)",
        "insert into notes (id, word) select order_id from " ~ this,
        "update notes set word = 'x'",
        "delete from notes",
        "merge notes as n using " ~ this ~ " as t on n.id = t.order_id when not matched then insert (id, word) values (t.order_id)",
    ],
) }}
select
    order_id,
    order_id in (select customer_id, status from {{ source('raw', 'customers') }}) as is_customer,
    (select name, status from {{ source('raw', 'customers') }} limit 1) as customer,
    array(select customer_id, name from {{ source('raw', 'customers') }}) as customers
from {{ source('raw', 'orders') }}
