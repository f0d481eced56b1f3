select {{ amout_in_euro("x") }} as amount
