{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='cart_id',
        cluster_by=['cart_id']
    )
}}

-- The carts as their last event leaves them, their lines kept as they came. A cart that is gone stays as it
-- was, and says that it is gone.
with events as (

    -- Versions are a feed's own: another one of the same carts counts for itself.
    select *, row_number() over (partition by cart_id order by happened_at, version, event_id) as place
    from {{ ref('cart_events') }}
    where cart_id is not null

),

latest as (

    select
        cart_id,
        any_value(version having max place) as version,
        any_value(event_type having max place) = 'deleted' as is_deleted,
        min(happened_at) as first_seen_at,
        max(happened_at) as changed_at,
        max(if(event_type = 'deleted', null, place)) as last_place,
        max(loaded_at) as loaded_at
    from events
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
    left join events as states
        on latest.cart_id = states.cart_id and latest.last_place = states.place

)

{{ only_changes('carts', ['cart_id']) }}
