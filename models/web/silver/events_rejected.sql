-- What cannot be an event, with the reason and the record as it came.
select
    record_hash,
    problem,
    origin,
    to_json_string(payload) as raw,
    _ingested_at as loaded_at
from {{ ref('web_landed_events') }}
where problem is not null
qualify row_number() over (partition by record_hash order by _ingested_at, _seq, origin) = 1
