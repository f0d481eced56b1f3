select safe_cast('1.0000000000000000001' as bignumeric) as not_cut
