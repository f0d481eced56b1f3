<<`d`.`s`.`i` d s i i i None False False False False `d`.`s`.`i`>>
<<`d`.`s`.`i` view True False True>>
<<`i` `s`.`i` `d`.`s` None None>>
<<`s`.`i` d `i` `d`.`s`.`i` `d`.`s` i `d`.`s` None `d`.`s`.`i`>>
<<`d`.`s`.i d.s.`i` `d`.`s`.`i` `x` `>>
<<`d`.`s`.`j` view `d`.`i` `d`.`t`.`k` `d`.`s`.`z` view `s`.`i`>>
<<d.`s`.`i` False True True>>
<<s.i Policy(database=False, schema=True, identifier=True) Path(database='d', schema='s', identifier='i')>>
<<i 5 {'type': 'BigQueryRelation'}  i s i>>
<<True False True True 1 False 11 `d`.`s`.`i`>>
<<True True False True>>
<<`d`.INFORMATION_SCHEMA `d`.`s`.INFORMATION_SCHEMA.TABLES `d`.INFORMATION_SCHEMA `d`.`s`.INFORMATION_SCHEMA.columns `s`.INFORMATION_SCHEMA.columns s INFORMATION_SCHEMA>>
<<[<BigQueryRelation `d`.`s`.`i`>] {'r': <BigQueryRelation `d`.`s`.`i`>} (<BigQueryRelation `d`.`s`.`i`>,) `d`.`s`.`i` `d`.`s`.`i` `d`.`s`.`i` `D`.`S`.`I` `d`.`s`.`j` `d`.`s`.`i`_x>>
<<table view cte external materialized_view >>
<< d s None  False None None>>
<<`d`.`s`.`i`>>
