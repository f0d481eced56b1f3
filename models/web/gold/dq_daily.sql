{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='landed_date',
        partition_by={'field': 'landed_date', 'data_type': 'date'}
    )
}}

-- What was landed a day, and what became of it.
{% set lately -%}
(
        select coalesce(date_sub(max(landed_date), interval 3 day), date '1970-01-01')
        from {{ this }}
    )
{%- endset -%}
with landed as (

    select
        date(_ingested_at) as landed_date,
        count(*) as landed,
        countif(problem is not null) as rejected,
        countif(problem is null) as accepted,
        countif(problem is null and origin = 'stream') as streamed,
        count(distinct if(problem is null, device_id, null)) as devices,
        count(distinct if(problem is null, event_type, null)) as event_types,
        countif(problem is null and event_timestamp < timestamp_sub(_ingested_at, interval 1 day)) as late
    from {{ ref('web_landed_events') }}
    {%- if is_incremental() %}
    where date(_ingested_at) >= {{ lately }}
    {%- endif %}
    group by landed_date

),

first_seen as (

    select
        landed_date,
        count(*) as new_events,
        countif(has_generated_id) as without_id
    from (
        select date(first_loaded_at) as landed_date, has_generated_id
        from {{ ref('events') }}
    ) as events
    {%- if is_incremental() %}
    where landed_date >= {{ lately }}
    {%- endif %}
    group by landed_date

),

days as (

    select
        landed.landed_date,
        landed.landed,
        landed.rejected,
        landed.accepted - coalesce(first_seen.new_events, 0) as doubles,
        coalesce(first_seen.new_events, 0) as new_events,
        coalesce(first_seen.without_id, 0) as without_id,
        landed.streamed,
        landed.late,
        landed.devices,
        landed.event_types,
        safe_divide(landed.rejected, landed.landed) as rejected_share
    from landed
    left join first_seen
        on landed.landed_date = first_seen.landed_date

)

{{ only_changes('days', ['landed_date']) }}
