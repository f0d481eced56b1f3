select {{ m(1, c=3) }} as x
