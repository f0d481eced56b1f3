<<<BigQueryColumn a (STRING, NULLABLE)> a a STRING STRING `a` None None None True False NULLABLE []>>
<<<BigQueryColumn a (INT64, NULLABLE)> INT64 False True False False True>>
<<<BigQueryColumn a (integer, NULLABLE)> integer False False False>>
<<<BigQueryColumn a (INT64, NULLABLE)> <BigQueryColumn a (STRING, NULLABLE)> STRING FLOAT64 STRING numeric>>
<<STRING string INT64 FLOAT64 boolean bigint timestamp>>
<<character varying(12) numeric decimal>>
<<numeric True False False True>>
<<False True False>>
<<cast(5 as INT64) cast('2024-01-01' as date)>>
<<True False True>>
<<[<BigQueryColumn a (INT64, NULLABLE)>, <BigQueryColumn b (text, NULLABLE)>] a ['`a`']>>
<<text False True False False False True False>>
<<False False  False>>
<<a INT64>>
