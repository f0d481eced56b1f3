select
  range(date '2024-01-01', datetime '2024-01-02 00:00:00') as two_types,
  range<int64> '[1, 2)' as no_moments,
  range_overlaps(range(date '2024-01-01', null), date '2024-01-02') as a_day
