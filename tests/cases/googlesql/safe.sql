select
  safe.parse_date('%Y-%m-%d', 'x') as no_date,
  safe.substr('abc', 1, -1) as no_text,
  safe.ln(0) as no_number,
  safe.ln(1) as a_number
