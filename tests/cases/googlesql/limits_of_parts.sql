select
  cast([numeric '1.25', numeric '1.35'] as array<numeric(5, 1)>) as elements,
  cast(('ab', [b'xy']) as struct<s string(2), b array<bytes(2)>>) as parts,
  safe_cast(['abc'] as array<string(2)>) as too_long,
  cast(cast(null as struct<s string>) as struct<s string(2)>) as nothing
