{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='session_date',
        partition_by={'field': 'session_date', 'data_type': 'date'},
        post_hook="{{ take_out('facts') }}"
    )
}}

-- How far visits go. Orders name customers and activities name users, so the last step is by day.
with visits as (

    select
        session_date,
        count(*) as sessions,
        countif(views > 0) as sessions_with_view,
        countif(views > 0 and carts_filled > 0) as sessions_with_cart
    from {{ ref('shop_sessions') }}
    group by session_date

),

ordered as (

    select ordered_date, count(*) as orders
    from {{ ref('orders') }}
    group by ordered_date

),

days as (

    select
        coalesce(visits.session_date, ordered.ordered_date) as session_date,
        coalesce(visits.sessions, 0) as sessions,
        coalesce(visits.sessions_with_view, 0) as sessions_with_view,
        coalesce(visits.sessions_with_cart, 0) as sessions_with_cart,
        coalesce(ordered.orders, 0) as orders,
        safe_divide(visits.sessions_with_cart, visits.sessions_with_view) as view_to_cart_rate,
        coalesce(visits.sessions, 0) + coalesce(ordered.orders, 0) as facts
    from visits
    full outer join ordered
        on visits.session_date = ordered.ordered_date

)

{{ only_changes('days', ['session_date'], count='facts') }}
