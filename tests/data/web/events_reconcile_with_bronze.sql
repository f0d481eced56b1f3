-- Every event landed without a fault is in silver once, and nothing else is.
select coalesce(landed.event_id, silver.event_id) as event_id
from (
    select distinct event_id
    from {{ ref('web_landed_events') }}
    where problem is null
) as landed
full outer join {{ ref('events') }} as silver
    on landed.event_id = silver.event_id
where landed.event_id is null or silver.event_id is null
