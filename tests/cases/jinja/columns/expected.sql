<<DuckDBColumn(column='a', dtype='STRING', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) a a STRING STRING "a" None None None False False  []>>
<<DuckDBColumn(column='a', dtype='INT64', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) INT64 False False False False False>>
<<DuckDBColumn(column='a', dtype='integer', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) integer False True True>>
<<DuckDBColumn(column='a', dtype='integer', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) DuckDBColumn(column='a', dtype='text', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]) TEXT float character varying(256) numeric>>
<<text TEXT INTEGER float boolean bigint timestamp>>
<<character varying(12) numeric(12,2) decimal>>
<<256 256 character varying(256) True character varying(256)>>
<<character varying(20) 20 numeric(10,2) numeric(10,2)>>
<<numeric True True False True>>
<<False False False>>
<<5::INT64 '2024-01-01'::date>>
<<True False True>>
<<[DuckDBColumn(column='a', dtype='INT64', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]), DuckDBColumn(column='b', dtype='text', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])] a ['"a"']>>
<<DuckDBColumn(column='a', dtype='varchar', char_size=20, numeric_precision=None, numeric_scale=None, fields=[]) DuckDBColumn(column='a', dtype='numeric', char_size=None, numeric_precision=10, numeric_scale=2, fields=[]) DuckDBColumn(column='a', dtype='bigint', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])>>
<<character varying(256) True False True True True False True>>
<<[DuckDBColumn(column='a', dtype='VARCHAR', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]), DuckDBColumn(column='b', dtype='STRUCT(c INTEGER, d DECIMAL(10, 2))', char_size=None, numeric_precision=None, numeric_scale=None, fields=[DuckDBColumn(column='c', dtype='INTEGER', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]), DuckDBColumn(column='d', dtype='DECIMAL(10, 2)', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])])] True [DuckDBColumn(column='s.a', dtype='VARCHAR', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]), DuckDBColumn(column='s.b.c', dtype='INTEGER', char_size=None, numeric_precision=None, numeric_scale=None, fields=[]), DuckDBColumn(column='s.b.d', dtype='DECIMAL(10, 2)', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])] STRUCT(a VARCHAR, b STRUCT(c INTEGER, d DECIMAL(10, 2)))>>
<<False False  False>>
<<a integer>>
