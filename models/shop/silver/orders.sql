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
with changed as (

    select distinct order_id
    from {{ ref('order_events') }}
    {% if is_incremental() -%}
    where loaded_at > (select coalesce(max(loaded_at), timestamp '1970-01-01 00:00:00+00') from {{ this }})
    {%- endif %}

),

states as (

    select
        states.*,
        min(states.event_at) over (partition by states.order_id) as ordered_at,
        max(states.loaded_at) over (partition by states.order_id) as newest_loaded_at
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
    newest_loaded_at as loaded_at
from states
qualify row_number() over (
    partition by order_id
    order by
        event_at desc,
        -- Of two states at one time the later in an order's life.
        case status when 'delivered' then 4 when 'shipped' then 3 when 'processing' then 2 else 1 end desc
) = 1
