select safe.regexp_contains('abc', '(') as no_pattern, safe.regexp_contains('abc', 'b') as found
