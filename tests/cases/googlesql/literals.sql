select
  'a\x41\u00e9\101' as escapes,
  r'\d+' as raw,
  '''it's''' as triple,
  to_hex(b'\xff\x00a') as bytes,
  0x1F as hexadecimal,
  date '2024-1-5' as day,
  timestamp '2024-07-01 10:00:00 Europe/Paris' as moment,
  array<struct<a int64, b array<string>>>[(1, ['x']), (2, [])] as nested,
  struct<x numeric, y float64>(1, 2) as typed
