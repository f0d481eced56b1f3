select
  to_json_string(datetime '2024-01-02 03:04:05.5') as milliseconds,
  to_json_string([numeric '1.5', numeric '2']) as decimals,
  to_json(9007199254740993) as a_number,
  to_json(null) as json_null,
  json_query('{"a": null}', '$.a') as no_text,
  json_query_array(json '[1, null]') as elements,
  parse_json('{"a": 1.50, "a": 2}') as first_key,
  safe.parse_json('1.00000000000000000001') as too_many_digits,
  safe.parse_json('[1,]') as no_json,
  lax_int64(json 'true') as one,
  lax_string(json '1e3') as text,
  lax_bool(json '1.5') as truth
