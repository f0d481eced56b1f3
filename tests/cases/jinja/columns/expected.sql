<<DuckDBColumn(column='a', dtype='STRING', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) a a STRING STRING "a" None None None False False  []>>
<<DuckDBColumn(column='a', dtype='INT64', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) INT64 False False False False False>>
<<DuckDBColumn(column='a', dtype='integer', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) integer False True True>>
<<DuckDBColumn(column='a', dtype='integer', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) DuckDBColumn(column='a', dtype='text', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) TEXT float character varying(256) numeric>>
<<text TEXT INTEGER float boolean bigint timestamp>>
<<character varying(12) numeric(12,2) decimal>>
<<numeric True True False True>>
<<False False False>>
<<5::INT64 '2024-01-01'::date>>
<<True False True>>
<<[DuckDBColumn(column='a', dtype='INT64', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]), DuckDBColumn(column='b', dtype='text', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])] a ['"a"']>>
<<character varying(256) True False True True True False True>>
<<False False  False>>
<<a integer>>
