select * from unnest([struct(1 as a, 2 as b), (3, 4)]) with offset as place order by place
