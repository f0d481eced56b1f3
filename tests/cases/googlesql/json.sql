with raw as (
  select json '{"id": 7, "price": 109.95, "name": {"first": "Ada"}, "lines": [{"p": 1, "q": 2}, {"p": 1, "q": 3}], "empty": [], "n": null}' as payload
)
select
  safe_cast(json_value(payload, '$.id') as int64) as id,
  safe_cast(json_value(payload, '$.price') as numeric) as price,
  json_value(payload, '$.name') as object_is_null,
  json_value(payload.name.first) as first_name,
  int64(payload.id) as strict_id,
  array_length(json_query_array(payload, '$.lines')) as line_count,
  (select sum(safe_cast(json_value(line, '$.q') as int64)) from unnest(json_query_array(payload, '$.lines')) as line) as quantity,
  json_value(payload, '$.n') is null as json_null_is_null,
  json_value('{"a": "x"}', '$.a') as from_text,
  json_value('no json', '$.a') as from_bad_text,
  array_length(json_query_array(payload, '$.empty')) as empty_length
from raw
