{{ config(partition_by={'field': 'landed_date', 'data_type': 'date'}) }}

-- What was landed a day, and what became of it.
with landed as (

    select
        *,
        row_number() over (partition by event_id order by _ingested_at, _seq, origin) as occurrence
    from {{ ref('web_landed_events') }}

)

select
    date(_ingested_at) as landed_date,
    count(*) as landed,
    countif(problem is not null) as rejected,
    countif(problem is null and occurrence > 1) as doubles,
    countif(problem is null and occurrence = 1) as new_events,
    countif(problem is null and occurrence = 1 and has_generated_id) as without_id,
    safe_divide(countif(problem is not null), count(*)) as rejected_share
from landed
group by landed_date
