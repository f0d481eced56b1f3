select
  struct(1 as a, 'x' as b) = struct(1 as c, 'x' as d) as by_position,
  struct(1 as a, cast(null as string) as b) = struct(1 as a, 'x' as b) as unknown,
  struct(2 as a, cast(null as string) as b) = struct(1 as a, 'x' as b) as different,
  array(select as struct x, x + 1 as y from unnest([1, 2]) as x order by x) as rows_as_structs,
  array_concat([struct(1 as a)], [struct(2)])[offset(1)].a as joined,
  if(false, struct(1 as a), struct(2)).a as chosen,
  coalesce(null, struct(1 as a), struct(2 as b)).a as first_there,
  (select max(v.x) from unnest([struct(1 as x), struct(3)]) as v) as first_names_all
