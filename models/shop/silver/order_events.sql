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
with landed as (

    select
        order_id,
        coalesce(lower(status), 'unknown') as status,
        order_date as event_at,
        customer_id,
        total_amount,
        currency,
        payment_method,
        payload,
        _record_hash as record_hash,
        _ingested_at,
        _seq
    from {{ source('shop', 'orders') }}

),

latest as (

    select *
    from landed
    where true
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
    latest.customer_id,
    latest.total_amount,
    -- Fields that came later in the stream's life are null before.
    latest.currency,
    latest.payment_method,
    json_value(latest.payload, '$.shipping_address.street') as street,
    json_value(latest.payload, '$.shipping_address.city') as city,
    json_value(latest.payload, '$.shipping_address.country') as country,
    json_value(latest.payload, '$.shipping_address.postal_code') as postal_code,
    json_query(latest.payload, '$.items') as items,
    latest.record_hash,
    latest._ingested_at as loaded_at
from latest
{{ unless_known('latest', ['order_id', 'status']) }}
