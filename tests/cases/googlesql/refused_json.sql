select
  json_value('{}', concat('$.', 'a')) as computed,
  json_value('{}', "$['a']") as brackets,
  json_extract('{}', '$."a"') as quotes,
  json_query('{}', 'lax $.a') as lax_text,
  parse_json('1', wide_number_mode => 'loose') as mode,
  parse_json('1', wide_numbers => 'round') as argument,
  json_strip_nulls(json '1', include_arrays => 1 = 1) as flag,
  lax_int64('1') as text
