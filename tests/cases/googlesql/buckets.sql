select
  datetime_bucket(datetime '2020-02-15 14:57:39.646565', interval 3 hour) as hours,
  datetime_bucket(datetime '2020-02-15 14:57:39', interval 7 day, datetime '2150-12-11 07:00:00') as weeks,
  timestamp_bucket(timestamp '2024-01-01 10:37:00+00', interval 15 minute) as quarters,
  date_bucket(date '2024-01-10', interval 7 day) as days,
  last_day(date '2020-07-10', isoyear) as iso
