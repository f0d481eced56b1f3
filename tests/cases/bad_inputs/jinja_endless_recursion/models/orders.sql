select {{ around() }} as x
