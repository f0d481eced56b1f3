select case when true then 1 else 'a' end, not 1, case when 1 then 2 end from unnest([1]) as a where 2
