select
  numeric '1.1' + 2.2 as decimal_sum,
  numeric '99999999999999999999.1' = 99999999999999999999.1 as compared,
  [numeric '99999999999999999999.1', 99999999999999999999.2][offset(1)] as element
