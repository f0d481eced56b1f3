select
  array(select cast(r as string) from unnest(generate_range_array(range(date '2020-01-31', date '2020-05-15'), interval 1 month)) as r with offset o order by o) as months,
  array(select cast(r as string) from unnest(generate_range_array(range(date '2020-01-01', date '2020-01-06'), interval 2 day, false)) as r with offset o order by o) as whole_ones,
  array_length(generate_range_array(range(timestamp '2020-01-31 00:00:00+00', timestamp '2020-02-01 00:00:00+00'), interval 10 hour)) as hours,
  safe_cast('[2020-01-01,2020-02-01)' as range<date>) as no_blank,
  cast(cast('[2020-02-01 00:00:00+00, 2020-02-01 12:00:00.5 America/New_York)' as range<timestamp>) as string) as zones,
  safe.range(date '2020-01-02', date '2020-01-01') as backwards
