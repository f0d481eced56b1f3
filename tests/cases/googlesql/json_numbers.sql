select
  to_json_string(json '{"b": [1e20, 1e-7, 100000.0, -0.0, 1.10], "a": 1}') as as_json_writes_them,
  to_json_string(1e15) as a_float,
  to_json_string(to_json(1.0)) as a_float_in_json,
  to_json_string(9007199254740993) as a_wide_number,
  to_json_string(struct(1.5 as x, [1, null] as y, 'a"\u2028' as z), true) as on_lines,
  parse_json('123456789012345678901234.5', wide_number_mode => 'round') as rounded,
  int64(json '1e2') as whole,
  float64(json '18446744073709551615') as large,
  lax_int64(json '"1.6e1"') as of_text,
  lax_int64(json '2.5') as half,
  lax_bool(json '"1"') as no_bool,
  lax_string(json '1e20') as text
