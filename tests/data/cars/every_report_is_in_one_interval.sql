-- What silver knows of a car is in its intervals, each report once.
select
    coalesce(reports.vin, intervals.vin) as vin,
    reports.reports,
    intervals.reports as in_intervals
from (
    select vin, count(*) as reports
    from {{ ref('vehicle_status') }}
    group by vin
) as reports
full outer join (
    select vin, sum(reports) as reports
    from {{ ref('vehicle_state_intervals') }}
    group by vin
) as intervals
    on reports.vin = intervals.vin
where reports.vin is null
    or intervals.vin is null
    or reports.reports != intervals.reports
