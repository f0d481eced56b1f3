{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='order_id',
        partition_by={'field': 'ordered_date', 'data_type': 'date'},
        cluster_by=['customer_id', 'status']
    )
}}

-- One row an order, as it is now: the latest state by its own time, not by its arrival.
with versions as (

    select
        order_id,
        min(event_at) as ordered_at,
        max(loaded_at) as newest_loaded_at,
        -- All that is known of an order: a state that is landed late is another version of it.
        to_hex(md5(string_agg(record_hash, '' order by event_at, status))) as record_hash
    from {{ ref('order_events') }}
    group by order_id

),

changed as (

    select versions.*
    from versions
    {{ unless_known('versions', ['order_id']) }}

),

states as (

    select
        states.* except (record_hash),
        changed.ordered_at,
        changed.newest_loaded_at,
        changed.record_hash
    from {{ ref('order_events') }} as states
    inner join changed
        on states.order_id = changed.order_id

)

select
    order_id,
    customer_id,
    ordered_at,
    date(ordered_at) as ordered_date,
    status,
    event_at as status_since,
    total_amount,
    currency,
    payment_method,
    street,
    city,
    country,
    postal_code,
    items,
    record_hash,
    newest_loaded_at as loaded_at
from states
qualify row_number() over (
    partition by order_id
    order by
        event_at desc,
        -- Of two states at one time the later in an order's life.
        {{ status_rank() }} desc,
        status desc
) = 1
