select 1 / x from unnest([0]) as x
