-- A number written out keeps its digits as a decimal, a negative one too, and takes the decimal's type.
select
  cast(-12345678901234567890.123456789 as numeric) as negative,
  cast(1.5e-3 as numeric) as power,
  ifnull(numeric '1', 1.5) as other,
  if(false, numeric '1', 0.1) + 0.2 as chosen,
  nullif(numeric '2', 2.0) as same,
  greatest(1.1, numeric '2') as more
