select
  date '2024-01-01' = timestamp '2024-01-01' as a_day_and_a_moment,
  datetime '2024-01-01 00:00:00' < timestamp '2024-01-01' as a_clock_and_a_moment,
  concat('2024', '-01-01') = date '2024-01-01' as a_computed_text_and_a_day,
  date '2024-01-01' in (timestamp '2024-01-01') as in_a_list,
  timestamp '2024-01-01' between date '2023-01-01' and '2025-01-01' as between_days,
  1 is distinct from 'a' as distinct_from,
  struct(1, 'a') = struct('b', 'a') as structs,
  nullif(date '2024-01-01', timestamp '2024-01-01') as nulled,
  1 is true as truth,
  true and 1 as both,
  time '10:00:00' + interval 1 hour as no_such_sum
