with a as (select 1 as x)
(with b as (select x + 1 as y from a) select y from b)
limit 9223372036854775807
