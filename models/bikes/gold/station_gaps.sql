{{ config(materialized='view') }}

-- When nobody knows how many bikes there were.
select
    station_id,
    started_at,
    ended_at,
    timestamp_diff(ended_at, started_at, minute) as minutes
from {{ ref('station_interval') }}
where is_gap
