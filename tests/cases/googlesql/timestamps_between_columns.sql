with spans as (
  select timestamp '2024-01-01 00:10:00+00' as begins, timestamp '2024-01-01 02:30:00+00' as ends
)
select hour
from spans
cross join unnest(generate_timestamp_array(timestamp_trunc(spans.begins, hour), spans.ends, interval 1 hour)) as hour
where hour < spans.ends
order by hour
