select
  format("%d|%5d|%-5d|%05d|%+d|%x|%X|%o|%'d", 1, 2, 3, -4, 5, 255, 255, 8, 1234567) as integers,
  format('%f|%.2f|%10.3f|%e|%g|%E|%G', 1.5, 2.345, 3.14159, 12345.678, 0.0001, 1.5, 1e20) as floats,
  format('%.1f %5.1f %f', 0.25, -0.04, cast('inf' as float64)) as rounded,
  format('%s|%10s|%-10s|%.2s|', 'a', 'b', 'c', 'def') as texts,
  format('%t|%t|%t|%t|%t', 1, 1.0, true, date '2024-01-02', null) as shown,
  format('%T|%T|%T', 'a"b', date '2024-01-02', numeric '1.50') as literals,
  format('%.2f|%f|%.0f|%8.1f', numeric '12345678901234567.895', numeric '-1.5', numeric '-0.4', numeric '9.95') as decimals,
  format('%d', cast(null as int64)) as nothing,
  format('100%% of %d', 5) as percent
