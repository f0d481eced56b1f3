-- Messages that no table takes, with the reason and the message as it came.
select
    record_hash,
    event_type,
    problem,
    to_json_string(payload) as raw,
    _ingested_at as loaded_at
from {{ ref('shop_routed_events') }}
where problem is not null
qualify row_number() over (partition by record_hash order by _ingested_at, _seq) = 1
