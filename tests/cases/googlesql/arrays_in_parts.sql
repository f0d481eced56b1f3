select
  array_first([1, 2]) as first_one,
  array_last([1, 2]) as last_one,
  array_slice([1, 2, 3, 4, 5], 1, -2) as middle,
  array_slice([1, 2, 3], -10, 0) as from_the_start,
  array_slice([1, 2, 3], 2, 1) as none,
  array_is_distinct([1, 2, null]) as differ,
  array_is_distinct([cast('nan' as float64), cast('nan' as float64)]) as two_nans
