select 'a' as x from unnest([1, 2]) group by all
