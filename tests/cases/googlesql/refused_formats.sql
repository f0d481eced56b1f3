select
  format('%s', 1) as no_text,
  format('%d', 1.5) as no_integer,
  format('%e', numeric '1.5') as no_double,
  format('%d', 1, 2) as too_many,
  format('%d %d', 1) as too_few
