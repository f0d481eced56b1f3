select {{ first() }} as a
