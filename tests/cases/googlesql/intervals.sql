select
  cast(interval '-1-2 -3 -4:5:6.789' year to second as string) as every_part,
  cast(cast('P1Y2M3W4DT5H6M7.5S' as interval) as string) as from_iso,
  cast(cast('1 2:3' as interval) as string) as days_to_minutes,
  cast(interval -90 minute as string) as negative,
  cast(make_interval(1, -2, 3, 4, 5, 6) as string) as made,
  cast(justify_hours(interval 50 hour) as string) as whole_days,
  cast(justify_days(interval '1-2 -65 0:0:0' year to second) as string) as whole_months,
  cast(justify_interval(interval '1-2 65 50:0:0' year to second) as string) as both,
  cast(time '10:00:00' - time '11:30:00' as string) as between_times,
  to_json_string(interval '1-0 2 3:0:0' year to second) as json,
  safe_cast('a while' as interval) as no_interval
