{{ config(materialized='view') }}

-- When nobody knows how many bikes there were.
select
    station_id,
    started_at,
    ended_at,
    div(seconds, 60) as minutes
from {{ ref('station_interval') }}
where is_gap
