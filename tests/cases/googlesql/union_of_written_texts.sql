-- Texts written out become dates and moments beside them; structs go by the places of their fields.
select date '2024-01-31' as d, timestamp '2024-01-31 10:00:00+00' as t, struct(1 as a, 'x' as b) as s
union all
select '2024-02-01', '2024-02-01 10:00:00+01', struct(2 as c, 'y' as d)
order by d
