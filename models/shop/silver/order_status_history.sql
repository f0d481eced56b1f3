{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['order_id', 'status', 'since'],
        partition_by={'field': 'since_date', 'data_type': 'date'},
        cluster_by=['order_id'],
        post_hook="{{ take_out('messages') }}"
    )
}}

-- How long each order was in each state, as often as it came into it.
with {% if is_incremental() -%}
touched as (

    select distinct order_id
    from {{ ref('order_events') }}
    where {{ loaded_lately() }}

),

{% endif -%}
told as (

    select
        *,
        -- Of two states at one time the later in an order's life comes last.
        row_number() over (partition by order_id order by event_at, {{ status_rank() }}, status) as place
    from {{ ref('order_events') }}
    {%- if is_incremental() %}
    where order_id in (select order_id from touched)
    {%- endif %}

),

numbered as (

    select
        *,
        sum(if(is_start, 1, 0)) over (partition by order_id order by place) as run_number
    from (
        select
            *,
            coalesce(status != lag(status) over (partition by order_id order by place), true) as is_start
        from told
    ) as marked

),

runs as (

    select
        order_id,
        status,
        run_number,
        min(event_at) as since,
        count(*) as messages,
        max(loaded_at) as loaded_at
    from numbered
    group by order_id, status, run_number

),

states as (

    select
        order_id,
        status,
        since,
        date(since) as since_date,
        lead(since) over (partition by order_id order by run_number) as until,
        timestamp_diff(
            lead(since) over (partition by order_id order by run_number),
            since,
            minute
        ) as minutes,
        messages,
        loaded_at
    from runs

)

{{ only_changes('states', ['order_id', 'status', 'since'], count='messages', scope='known.order_id in (select order_id from touched)') }}
