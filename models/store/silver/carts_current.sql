{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='cart_id',
        cluster_by=['cart_id']
    )
}}

-- The carts as their last version leaves them, their lines kept as they came. A cart that is gone stays as it
-- was, and says that it is gone.
with latest as (

    select
        cart_id,
        max(version) as version,
        any_value(event_type having max version) = 'deleted' as is_deleted,
        min(happened_at) as first_seen_at,
        any_value(happened_at having max version) as changed_at,
        max(if(event_type = 'deleted', null, version)) as last_version,
        max(loaded_at) as loaded_at
    from {{ ref('cart_events') }}
    where cart_id is not null
    group by cart_id

),

carts as (

    select
        latest.cart_id,
        states.user_id,
        states.ordered_at,
        date(states.ordered_at) as order_date,
        states.lines,
        latest.version,
        latest.is_deleted,
        latest.first_seen_at,
        latest.changed_at,
        latest.loaded_at
    from latest
    left join {{ ref('cart_events') }} as states
        on latest.cart_id = states.cart_id and latest.last_version = states.version

)

{{ only_changes('carts', ['cart_id']) }}
