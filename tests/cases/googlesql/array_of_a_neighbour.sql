select t.id, s.x, y
from (select 1 as id, [struct(1 as x, 2 as y)] as s union all select 2, []) as t
left join t.s as s
order by id
