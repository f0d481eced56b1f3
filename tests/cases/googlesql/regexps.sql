select
  regexp_extract('ab', '(x)?b') as no_group,
  regexp_extract('foo@bar.com', '@(.*)') as a_group,
  regexp_extract('Hello Helloo and Hellooo', 'H?ello+', 3, 2) as second_from_third,
  regexp_extract_all('a1b2', '([a-z])[0-9]') as each_group,
  regexp_instr('abab', 'b', 1, 2) as position,
  regexp_replace('banana', r'a(.)', r'\1A') as swapped,
  safe.regexp_replace('abc', '(b)', r'\2') as no_second_group,
  safe.regexp_extract('abc', '(a)(b)') as two_groups,
  regexp_contains(b'a\xff', br'\xff$') as bytes,
  regexp_extract('é1', r'\w+') as ascii_words
