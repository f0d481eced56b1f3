select
  concat('<', trim('\t a b\u00a0\n'), '>') as every_blank,
  concat('<', ltrim('  a '), '>') as left_side,
  concat('<', trim('xxaxx', 'x'), '>') as characters,
  initcap('rue DE la-monnaie') as title,
  substr('abc', -10, 2) as from_the_start,
  to_hex(substr(b'\x01\x02\x03', -2)) as of_bytes
