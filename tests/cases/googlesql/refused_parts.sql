select
  date_add(date '2024-01-01', interval 1 hour) as no_hours,
  timestamp_add(timestamp '2024-01-01', interval 1 month) as no_months,
  timestamp_diff(timestamp '2024-03-01', timestamp '2024-01-01', month) as no_months_between,
  date_trunc(date '2024-02-14', hour) as no_hour,
  ln(numeric '2') as decimal_logarithm
