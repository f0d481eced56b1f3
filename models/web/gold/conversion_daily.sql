{{ config(partition_by={'field': 'session_date', 'data_type': 'date'}) }}

select
    session_date,
    count(*) as sessions,
    countif(has_click) as sessions_with_click,
    countif(is_converted) as conversions,
    safe_divide(countif(is_converted), countif(has_click)) as conversion_rate,
    sum(if(is_converted, value, 0)) as converted_value
from {{ ref('sessions_web') }}
group by session_date
