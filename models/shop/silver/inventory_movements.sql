{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='inventory_id',
        partition_by={'field': 'moved_date', 'data_type': 'date'},
        cluster_by=['product_id', 'warehouse_id']
    )
}}

with latest as (

    select
        inventory_id,
        product_id,
        warehouse_id,
        quantity_change,
        lower(reason) as reason,
        timestamp as moved_at,
        _record_hash as record_hash,
        _ingested_at
    from {{ source('shop', 'inventory') }}
    where true
    {{ landed_lately() }}
    qualify row_number() over (
        partition by inventory_id
        order by timestamp desc, _ingested_at desc, _seq desc
    ) = 1

)

select
    latest.inventory_id,
    latest.product_id,
    latest.warehouse_id,
    latest.quantity_change,
    latest.reason,
    latest.moved_at,
    date(latest.moved_at) as moved_date,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['inventory_id'], rank=['moved_at', 'moved_at']) }}
