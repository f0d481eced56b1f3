{% raw %} x
