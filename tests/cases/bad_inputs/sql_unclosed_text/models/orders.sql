select 'never closed as x
