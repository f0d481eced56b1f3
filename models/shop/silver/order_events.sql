{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['order_id', 'status', 'event_at', 'event_date'],
        partition_by={'field': 'event_date', 'data_type': 'date'},
        cluster_by=['customer_id', 'status']
    )
}}

-- The states that orders went through, one row a message that says so.
with latest as (

    select
        json_value(payload, '$.order_id') as order_id,
        coalesce(lower(json_value(payload, '$.status')), 'unknown') as status,
        *
    from {{ ref('shop_routed_events') }}
    where event_type = 'order' and problem is null
    {{ landed_lately() }}
    qualify row_number() over (
        partition by order_id, status, event_at
        order by _ingested_at desc, _seq desc
    ) = 1

)

select
    latest.order_id,
    latest.status,
    latest.event_at,
    date(latest.event_at) as event_date,
    json_value(latest.payload, '$.customer_id') as customer_id,
    safe_cast(json_value(latest.payload, '$.total_amount') as numeric) as total_amount,
    -- Fields that came later in the stream's life are null before.
    json_value(latest.payload, '$.currency') as currency,
    json_value(latest.payload, '$.payment_method') as payment_method,
    json_value(latest.payload, '$.shipping_address.street') as street,
    json_value(latest.payload, '$.shipping_address.city') as city,
    json_value(latest.payload, '$.shipping_address.country') as country,
    json_value(latest.payload, '$.shipping_address.postal_code') as postal_code,
    json_query(latest.payload, '$.items') as items,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['order_id', 'status']) }}
