select
  format_date('%j %U %W %V %G %g %u %w %e %C %Q', date '2024-02-04') as weeks,
  format_date('%H of %F', date '2024-02-04') as a_date_has_no_hour,
  format_datetime('%c | %r | %E3S | %E*S', datetime '2024-02-04 15:04:05.67') as moment,
  format_time('%H:%M', time '15:04:05') as time_of_day,
  format_timestamp('%F %T %Z %z %Ez', timestamp '2024-07-04 15:04:05', 'America/New_York') as zoned,
  parse_date('%m', '05') as since_1970,
  parse_date('%Y-%j', '2024-035') as day_of_year,
  safe.parse_date('%Y-%j', '2023-366') as no_such_day,
  safe.parse_date('%H', '10') as no_hour,
  parse_datetime('%Y-%m-%d %H:%M:%E*S', '2024-02-04 15:04:05.678') as fraction,
  parse_timestamp('%F %T%Ez', '2024-02-04 15:04:05-05:30') as offset,
  parse_timestamp('%F', '2024-02-04', 'Asia/Tokyo') as zone
