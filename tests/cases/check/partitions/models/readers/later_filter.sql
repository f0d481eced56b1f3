with events as (select * from {{ ref('events') }})

select order_id from events where placed_on = current_date()
