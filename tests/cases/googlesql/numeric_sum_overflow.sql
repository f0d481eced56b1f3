select sum(x) from unnest([numeric '99999999999999999999999999999', numeric '1']) as x
