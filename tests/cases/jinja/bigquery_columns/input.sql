<<{{ api.Column('a', 'STRING').string_size() }}>>
<<{{ api.Column('a', 'INT64').flatten() }} {{ api.Column('a', 'INT64').is_struct is defined }}>>
<<{{ api.Column('a', 'INT64', mode='REPEATED').data_type }} {{ api.Column('a', 'INT64', none, 'REPEATED').mode }} {{ api.Column('a', 'INT64', mode='REPEATED') }}>>
<<{{ api.Column.get_struct_select_expression("col", "struct<y INT64, x struct<a STRING, b NUMERIC(10, 2)>>") }} {{ api.Column.get_struct_select_expression("col", "INT64") }}>>
