-- An alias leads to a row as it was before SET, RENAME and DROP.
from (select 1 as a, 2 as b) as t
|> set a = 5
|> rename b as c
|> drop a
|> select c, t.a, t.b, t as row_, t.*
