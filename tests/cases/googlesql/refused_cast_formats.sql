select
  cast(1.5 as string format '9.9') as number,
  cast('1' as int64 format '9') as integer,
  cast('2024' as date format 'YYYY' at time zone 'UTC') as zone_of_a_day,
  cast('2024' as timestamp at time zone 'UTC') as no_format
