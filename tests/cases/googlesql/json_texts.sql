select
  json_value("{'a': 'it\\'s', 'n': 1.50}", '$.a') as single_quotes,
  json_value("{'a': 'it\\'s', 'n': 1.50}", '$.n') as digits_are_kept,
  json_query('{"a": [1, 2,], "b": null} and more', '$.a') as a_comma_too_many,
  json_query('{"a": 1, "b": null}', '$.b') as null_is_null,
  json_query('{"a":{}, "a":{"b":3}}', '$.a.b') as the_first_that_has_it,
  json_query('{a: 1}', '$.a') as no_json,
  json_extract('{"a b":{"c":1}}', "$['a b'][c]") as names_in_brackets,
  json_value('{"a\\"b": {"0": "x"}}', '$."a\\"b"[0]') as quotes_in_names,
  to_json_string(json_value_array('["a", null, 1.50, true]')) as scalars,
  json_value_array('["a", [1]]') as not_only_scalars,
  to_json_string(json_query_array("['a', {'b': null}]")) as queries
