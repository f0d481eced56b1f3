<<<BigQueryColumn a (STRING, NULLABLE)> a a STRING STRING `a` None None None True False NULLABLE []>>
<<<BigQueryColumn a (INT64, NULLABLE)> INT64 False True False False True>>
<<<BigQueryColumn a (integer, NULLABLE)> integer False False False>>
<<<BigQueryColumn a (INT64, NULLABLE)> <BigQueryColumn a (STRING, NULLABLE)> STRING FLOAT64 STRING numeric>>
<<STRING string INT64 FLOAT64 boolean bigint timestamp>>
<<character varying(12) numeric decimal>>
<<256>>
<<numeric True False False True>>
<<False True False>>
<<cast(5 as INT64) cast('2024-01-01' as date)>>
<<True False True>>
<<[<BigQueryColumn a (INT64, NULLABLE)>, <BigQueryColumn b (text, NULLABLE)>] a ['`a`']>>
<<text False True False False False True False>>
<<[<BigQueryColumn a (INT64, NULLABLE)>] False>>
<<ARRAY<INT64> REPEATED <BigQueryColumn a (ARRAY<INT64>, REPEATED)>>>
<<False False  False>>
<<IF(col IS NULL, NULL, STRUCT(col.y AS y, IF(col.x IS NULL, NULL, STRUCT(col.x.a AS a, col.x.b AS b)) AS x)) AS col col>>
<<a INT64>>
