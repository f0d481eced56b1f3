
-- with nothing
select 1 as id, 'with x as (' as text

