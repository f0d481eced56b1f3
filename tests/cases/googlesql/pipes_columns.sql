-- EXTEND, SET, DROP, RENAME and AS; an alias of FROM leads to the values as they were.
FROM UNNEST([STRUCT(1 AS id, 'a' AS name, 2.5 AS price), (2, 'b', 4.0), (3, 'b', 8.0)]) AS t
|> SELECT id, name, price
|> AS item
|> WHERE id < 3
|> EXTEND price * 2 AS twice, ROW_NUMBER() OVER (ORDER BY id DESC) AS place
|> SET price = price + 1, name = UPPER(name)
|> RENAME id AS name, name AS id
|> DROP twice
|> SELECT *, item.price AS price_before, item.id AS id_before
|> ORDER BY place DESC
|> LIMIT 5
