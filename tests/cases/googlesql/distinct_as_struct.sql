select
  array(select distinct as struct x, 2 as b from unnest([1, 1]) as x) as structs,
  array(select distinct as value x from unnest([1, 1]) as x) as plain,
  array(select as struct * except (b) from unnest([struct(1 as a, 2 as b)])) as stars
