FROM UNNEST([STRUCT(1 AS a, 2 AS b)])
|> DROP c
|> SET aa = 1
|> RENAME bb AS c
|> AGGREGATE *
|> CALL tools.turned()
|> ASSERT TRUE
