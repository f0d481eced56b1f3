-- Functions of BYTES count bytes; NULL is BYTES beside BYTES.
select
  instr(b'\xe2\x82\xac', b'\x82') as instr_,
  instr(b'abcabc', b'c', -1) as from_the_end,
  translate(b'ab\xfe', b'a\xfe', b'x\x01') = b'xb\x01' as translated,
  ascii(b'a') as ascii_,
  starts_with(null, b'a') as null_start,
  regexp_extract_all(b'foo bar', b'[^ ]+')[1] = b'bar' as second_word,
  regexp_instr(b'abcabc', b'a(b)c', 2, 1, 1) as behind,
  regexp_instr('abc', '') as nothing,
  b'abc' like any (null, b'a%') as like_any
