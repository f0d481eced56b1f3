SELECT 1 AS id, 10 AS q1, 20 AS q2
|> UNPIVOT (amount FOR quarter IN (q1, q2))
|> AGGREGATE SUM(amount) GROUP AND ORDER BY quarter DESC
|> UNION ALL BY NAME (SELECT 'q3' AS quarter, 30 AS f1_)
