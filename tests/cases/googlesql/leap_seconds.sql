-- The second 60 is the next minute; moments keep its fraction.
select
  datetime '2015-12-31 23:59:60' as next_year,
  time '23:59:60' as midnight,
  cast('12:59:60.5' as time) as no_fraction,
  timestamp '2015-11-06 12:59:60.5+00' as fraction
