{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['order_id', 'line_no'],
        partition_by={'field': 'ordered_date', 'data_type': 'date'},
        cluster_by=['product_id'],
        post_hook="{{ take_out('lines_of_order') }}"
    )
}}

-- The lines of each order as it is now.
with {% if is_incremental() -%}
touched as (

    select order_id
    from {{ ref('orders') }}
    where {{ loaded_lately() }}

),

{% endif -%}
lines as (

    select
        orders.order_id,
        line_offset + 1 as line_no,
        orders.customer_id,
        orders.ordered_at,
        orders.ordered_date,
        json_value(line, '$.product_id') as product_id,
        json_value(line, '$.product_name') as product_name,
        json_value(line, '$.category') as category,
        safe_cast(json_value(line, '$.quantity') as int64) as quantity,
        safe_cast(json_value(line, '$.price') as numeric) as unit_price,
        safe_cast(json_value(line, '$.quantity') as int64)
        * safe_cast(json_value(line, '$.price') as numeric) as amount,
        array_length(json_query_array(orders.items, '$')) as lines_of_order,
        orders.loaded_at
    from {{ ref('orders') }} as orders
    cross join unnest(json_query_array(orders.items, '$')) as line with offset as line_offset
    {%- if is_incremental() %}
    where orders.order_id in (select order_id from touched)
    {%- endif %}

)

{{ only_changes('lines', ['order_id', 'line_no'], count='lines_of_order', scope='known.order_id in (select order_id from touched)') }}
