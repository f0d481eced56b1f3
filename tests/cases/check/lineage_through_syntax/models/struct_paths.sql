select
    outer_.inner_.value,
    outer_.inner_,
    pair.twice,
    pairs,
    extremes.least
from {{ ref('structs') }} left join unnest(pairs) as pair
