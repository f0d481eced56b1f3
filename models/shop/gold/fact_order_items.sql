{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['order_id', 'line_no'],
        partition_by={'field': 'ordered_date', 'data_type': 'date'},
        cluster_by=['product_id', 'customer_id'],
        post_hook="{{ take_out('lines_of_order') }}"
    )
}}

-- depends_on: {{ ref('orders') }}
with {% if is_incremental() -%}
touched as (

    select order_id
    from {{ ref('orders') }}
    where {{ loaded_lately() }}

),

{% endif -%}
lines as (

    select
        order_id,
        line_no,
        customer_id,
        product_id,
        ordered_date,
        cast(format_date('%Y%m%d', ordered_date) as int64) as order_date_key,
        quantity,
        unit_price,
        amount,
        lines_of_order,
        loaded_at
    from {{ ref('order_items') }}
    {%- if is_incremental() %}
    where order_id in (select order_id from touched)
    {%- endif %}

)

{{ only_changes('lines', ['order_id', 'line_no'], count='lines_of_order', scope='known.order_id in (select order_id from touched)') }}
