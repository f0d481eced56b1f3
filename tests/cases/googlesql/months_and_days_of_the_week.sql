select
  add_months(date '2024-01-31', 1) as short_month,
  add_months(date '2024-02-29', 12) as last_day,
  add_months(datetime '2024-02-29 10:20:30', -1) as keeps_the_clock,
  next_day(date '2025-10-09', 'Thu') as a_week_later,
  next_day(datetime '2025-10-09 23:00:00', 'friday') as tomorrow
