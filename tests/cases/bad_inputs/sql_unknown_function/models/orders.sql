select
  frobnicate(1) as x
