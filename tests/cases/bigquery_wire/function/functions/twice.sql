x + x
