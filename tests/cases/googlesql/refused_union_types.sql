select 1 as a, date '2024-01-01' as d, [1] as l
union all
select 'x', '2024-01-01', []
