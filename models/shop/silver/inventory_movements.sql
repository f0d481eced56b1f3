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
        json_value(payload, '$.inventory_id') as inventory_id,
        *
    from {{ ref('shop_routed_events') }}
    where event_type = 'inventory' and problem is null
    {{ landed_lately() }}
    qualify row_number() over (
        partition by inventory_id
        order by event_at desc, _ingested_at desc, _seq desc
    ) = 1

)

select
    latest.inventory_id,
    json_value(latest.payload, '$.product_id') as product_id,
    json_value(latest.payload, '$.warehouse_id') as warehouse_id,
    safe_cast(json_value(latest.payload, '$.quantity_change') as int64) as quantity_change,
    lower(json_value(latest.payload, '$.reason')) as reason,
    latest.event_at as moved_at,
    date(latest.event_at) as moved_date,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['inventory_id'], rank=['moved_at', 'event_at']) }}
