select {{ m(1,2,3) }} as x
