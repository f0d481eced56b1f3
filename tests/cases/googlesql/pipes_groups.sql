-- The keys come first, then the aggregates; each group of operators is the input of the next one.
FROM UNNEST([STRUCT('a' AS k, 1 AS v), ('a', 2), ('b', 3), ('b', 3)])
|> DISTINCT
|> AGGREGATE SUM(v) AS total, COUNT(*) AS rows_ DESC GROUP BY UPPER(k) AS key
|> EXTEND SUM(total) OVER () AS overall
|> UNION ALL (SELECT 'c', 0, 0, 0), (SELECT 'c', 0, 0, 0)
|> EXCEPT DISTINCT (SELECT 'z', 0, 0, 0)
|> PIVOT (MAX(total) FOR key IN ('A', 'B', 'C'))
|> ORDER BY rows_
