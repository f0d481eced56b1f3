{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='order_id',
        partition_by={'field': 'ordered_date', 'data_type': 'date'},
        cluster_by=['customer_id', 'status']
    )
}}

with lately as (

    select *
    from {{ ref('orders') }}
    {%- if is_incremental() %}
    where {{ loaded_lately() }}
    {%- endif %}

),

lines as (

    select order_id, count(*) as lines, sum(quantity) as quantity, sum(amount) as lines_amount
    from {{ ref('order_items') }}
    where order_id in (select order_id from lately)
    group by order_id

),

steps as (

    select
        order_id,
        count(*) as states,
        min(if(status = 'shipped', since, null)) as shipped_at,
        min(if(status = 'delivered', since, null)) as delivered_at
    from {{ ref('order_status_history') }}
    where order_id in (select order_id from lately)
    group by order_id

),

facts as (

    select
        lately.order_id,
        lately.customer_id,
        lately.ordered_at,
        lately.ordered_date,
        cast(format_date('%Y%m%d', lately.ordered_date) as int64) as order_date_key,
        lately.status,
        coalesce(steps.states, 0) as states,
        steps.shipped_at,
        steps.delivered_at,
        timestamp_diff(steps.delivered_at, lately.ordered_at, minute) as minutes_to_delivery,
        coalesce(lines.lines, 0) as lines,
        coalesce(lines.quantity, 0) as quantity,
        lately.total_amount,
        coalesce(lines.lines_amount, 0) as lines_amount,
        coalesce(lately.currency, '{{ var("shop_currency") }}') as currency,
        lately.country,
        lately.loaded_at
    from lately
    left join lines
        on lately.order_id = lines.order_id
    left join steps
        on lately.order_id = steps.order_id

)

{{ only_changes('facts', ['order_id']) }}
