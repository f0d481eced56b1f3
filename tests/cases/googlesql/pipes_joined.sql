-- Both tables have `id`, and both are in sight behind EXTEND and WHERE.
WITH orders AS (
  SELECT 1 AS id, 10 AS customer UNION ALL SELECT 2, 10 UNION ALL SELECT 3, 11
),
customers AS (SELECT 10 AS id, 'Ada' AS name UNION ALL SELECT 12, 'Grace')
FROM orders AS o
|> WHERE o.id < 3
|> LEFT JOIN customers AS c ON c.id = o.customer
|> EXTEND CONCAT(c.name, '-', CAST(o.id AS STRING)) AS label
|> WHERE RANK() OVER (ORDER BY o.id DESC) = 1
|> FULL JOIN (FROM customers |> WHERE name = 'Grace' |> RENAME id AS other) AS g ON g.other = o.id
|> SELECT o.id AS order_id, c.id AS customer_id, label, g.name
|> ORDER BY order_id
