-- What a user did is in one visit.
select
    coalesce(activities.user_id, visits.user_id) as user_id,
    activities.activities,
    visits.activities as in_visits
from (
    select user_id, count(*) as activities
    from {{ ref('user_activity') }}
    group by user_id
) as activities
full outer join (
    select user_id, sum(activities) as activities
    from {{ ref('shop_sessions') }}
    group by user_id
) as visits
    on activities.user_id = visits.user_id
where activities.user_id is null
    or visits.user_id is null
    or activities.activities != visits.activities
