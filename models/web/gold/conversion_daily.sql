{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='session_date',
        partition_by={'field': 'session_date', 'data_type': 'date'},
        post_hook="{{ take_out('sessions') }}"
    )
}}

with days as (

    select
        session_date,
        count(*) as sessions,
        countif(has_click) as sessions_with_click,
        countif(is_converted) as conversions,
        safe_divide(countif(is_converted), countif(has_click)) as conversion_rate,
        sum(if(is_converted, value, 0)) as converted_value
    from {{ ref('sessions_web') }}
    group by session_date

)

{{ only_changes('days', ['session_date'], count='sessions') }}
