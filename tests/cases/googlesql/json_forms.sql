select
  to_json_string(struct(1 as a, 1.5 as b, numeric '2.50' as c, date '2024-01-05' as d,
    timestamp '2024-01-05 10:00:00.25+00' as e, b'a' as f, [1, 2] as g, 9007199254740993 as h)) as record,
  to_json_string(cast('nan' as float64)) as not_a_number,
  json_value('{"a.b": [{"c": 7}]}', '$."a.b"[0].c') as quoted_name,
  json_value('{"a": {"b": 1}}', '$.a') as no_scalar,
  json_query('{"a": {"b": 1}}', '$.a') as a_document
