-- Events by type and day, and by device and day, are all events.
select events.event_date, events.events, types.events as by_type, devices.events as by_device
from (
    select event_date, count(*) as events
    from {{ ref('events_scored') }}
    group by event_date
) as events
left join (
    select event_date, sum(events) as events
    from {{ ref('event_type_daily') }}
    group by event_date
) as types
    on events.event_date = types.event_date
left join (
    select event_date, sum(events) as events
    from {{ ref('device_daily') }}
    group by event_date
) as devices
    on events.event_date = devices.event_date
where coalesce(types.events, 0) != events.events
    or coalesce(devices.events, 0) != events.events
