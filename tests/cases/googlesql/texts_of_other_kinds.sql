select
  typeof((1, [b'x'], struct(date '2024-01-01' as d))) as kind,
  parse_numeric(' - 1,2.34 ') as sign_first,
  parse_numeric(' 12.34e-1 -') as sign_last,
  safe.parse_numeric('1 2') as no_number,
  net.host('https://user@www.example.com:8080/a?b#c') as host,
  net.host('mailto:me@example.com') as no_host,
  net.host('//[::1]:80/') as address,
  soundex('Ashcraft') as sound,
  length(normalize(concat('e', chr(769)))) as composed
