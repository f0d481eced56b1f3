select 1 as a union all by name select 1 as b
