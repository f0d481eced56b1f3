{{ config(partition_by={'field': 'session_date', 'data_type': 'date'}) }}

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

)

select
    visits.session_date,
    visits.sessions,
    visits.sessions_with_view,
    visits.sessions_with_cart,
    coalesce(ordered.orders, 0) as orders,
    safe_divide(visits.sessions_with_cart, visits.sessions_with_view) as view_to_cart_rate
from visits
left join ordered
    on visits.session_date = ordered.ordered_date
