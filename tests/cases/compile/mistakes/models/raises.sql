select
  {{ complain('this') }}
