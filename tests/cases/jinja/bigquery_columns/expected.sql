<<256>>
<<[<BigQueryColumn a (INT64, NULLABLE)>] False>>
<<ARRAY<INT64> REPEATED <BigQueryColumn a (ARRAY<INT64>, REPEATED)>>>
<<IF(col IS NULL, NULL, STRUCT(col.y AS y, IF(col.x IS NULL, NULL, STRUCT(col.x.a AS a, col.x.b AS b)) AS x)) AS col col>>
