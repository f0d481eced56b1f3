select t.a, u, s.name
from my_dataset.table_function(1, 'x') as t, unnest(t.list) as u
cross join `p.d.INFORMATION_SCHEMA.TABLES` as s
where _table_suffix = '2024' and _partitiontime > timestamp '2024-01-01'
