select
    whatever,
    more,
    my_dataset.my_function(whatever) as made,
    `project.dataset.fn`(whatever, 1) + 1 as sum,
    status,
    not_declared,
    p.also_not,
    thing.deeper
from {{ ref('staged') }}
join {{ source('raw', 'partly') }} as p using (key)
where something = 1 and id = 5
group by all
