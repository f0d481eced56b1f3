select cast(1.005 as numeric(10, 2)) as scaled, cast(99999999999999999999.123456789 as numeric) as digits,
  -9223372036854775808 as least, cast(time '10:20:30.5' as string) as time
