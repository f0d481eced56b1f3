select vin, started_at, ended_before
from (
    select
        vin,
        started_at,
        lag(ended_at) over (partition by vin order by started_at) as ended_before
    from {{ ref('fact_drive_segment') }}
) as segments
where started_at < ended_before
