-- a comment says 'ordres' first
select * from {{ ref('base') }}
union all
select * from {{ ref('ordres') }} join {{ ref('ordres') }} using (id)
