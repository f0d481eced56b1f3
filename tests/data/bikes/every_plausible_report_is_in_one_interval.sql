-- What stations reported is in their intervals, each report once.
select
    coalesce(reports.station_id, intervals.station_id) as station_id,
    reports.reports,
    intervals.reports as in_intervals
from (
    select station_id, count(*) as reports
    from {{ ref('station_status') }}
    where is_plausible
    group by station_id
) as reports
full outer join (
    select station_id, sum(reports) as reports
    from {{ ref('station_interval') }}
    group by station_id
) as intervals
    on reports.station_id = intervals.station_id
where reports.station_id is null
    or intervals.station_id is null
    or reports.reports != intervals.reports
