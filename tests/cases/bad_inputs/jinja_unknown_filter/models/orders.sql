select
  '{{ "a" | uper }}' as a
