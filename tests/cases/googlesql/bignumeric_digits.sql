select cast(safe_cast('1.0000000000000000001' as bignumeric) as string) as not_cut
