-- On 2024-11-03 at 6:00 UTC the clocks in New York went back from 2:00 to 1:00.
select
  timestamp_trunc(timestamp '2024-11-03 05:30:00+00', hour, 'America/New_York') as first_hour,
  timestamp_trunc(timestamp '2024-11-03 06:30:00+00', hour, 'America/New_York') as second_hour,
  timestamp_trunc(timestamp '2024-02-14 02:34:56', day, '-05:00') as by_offset,
  timestamp(datetime '2024-11-03 01:30:00', 'America/New_York') as shown_twice,
  timestamp(datetime '2024-03-10 02:30:00', 'America/New_York') as never_shown,
  timestamp '2024-01-02' - timestamp '2024-01-01' as apart,
  time(timestamp '2024-01-01 10:20:30', 'Europe/Paris') as clock,
  time_trunc(time '10:34:56.789', minute) as minute
