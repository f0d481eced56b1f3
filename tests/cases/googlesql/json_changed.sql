select
  json_set(json '{"a":1}', '$.b.c', [1, 2], '$.a', null) as set_new,
  json_set(json '{"a":[1]}', '$.a[2]', 'x', create_if_missing => false) as set_only_old,
  json_remove(json '{"a":1,"b":[1,2]}', '$.a', '$.b[0]') as removed,
  json_strip_nulls(json '{"a":null,"b":[1,null,{"c":null}]}', remove_empty => true) as stripped,
  json_array_append(json '{"a":[1]}', '$.a', [2, 3], '$.a', 'x') as appended,
  json_array_insert(json '[1, 2]', '$[1]', ['x', 'y'], insert_each_element => false) as inserted,
  json_keys(json '{"b":{"a.x":1},"a":[{"c":1}]}') as all_keys,
  json_keys(json '{"b":{"x":1},"a":[{"c":1}]}', 2, mode => 'lax') as lax_keys,
  json_array(1, 'x', null, struct(1.5 as f), date '2024-01-01') as made_array,
  json_object('b', 1, 'a', [true], 'b', 2) as made_object,
  json_object(['x', 'y'], [1, 2]) as of_arrays,
  json_query(json '{"a":[{"b":1},{"b":2}]}', 'lax $.a.b') as lax_path
