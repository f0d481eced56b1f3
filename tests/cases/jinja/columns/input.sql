{%- set c = api.Column('a', 'STRING') -%}<<{{ c }} {{ c.name }} {{ c.column }} {{ c.dtype }} {{ c.data_type }} {{ c.quoted }} {{ c.char_size }} {{ c.numeric_precision }} {{ c.numeric_scale }} {{ c.is_string() }} {{ c.is_number() }} {{ c.mode }} {{ c.fields }}>>
{%- set c = api.Column(column='a', dtype='INT64') -%}<<{{ c }} {{ c.data_type }} {{ c.is_string() }} {{ c.is_integer() }} {{ c.is_numeric() }} {{ c.is_float() }} {{ c.is_number() }}>>
{%- set c = api.Column('a', 'integer') -%}<<{{ c }} {{ c.data_type }} {{ c.is_string() }} {{ c.is_integer() }} {{ c.is_number() }}>>
<<{{ api.Column.create('a', 'integer') }} {{ api.Column.create('a', 'text') }} {{ api.Column.create('a', 'STRING').dtype }} {{ api.Column.create('a', 'float').dtype }} {{ api.Column.create('a', 'Text').data_type }} {{ api.Column.create('a', 'numeric').data_type }}>>
<<{{ api.Column.translate_type('text') }} {{ api.Column.translate_type('string') }} {{ api.Column.translate_type('INTEGER') }} {{ api.Column.translate_type('float') }} {{ api.Column.translate_type('boolean') }} {{ api.Column.translate_type('bigint') }} {{ api.Column.translate_type('timestamp') }}>>
<<{{ api.Column.string_type(12) }} {{ api.Column.numeric_type('numeric', 12, 2) }} {{ api.Column.numeric_type('decimal', none, none) }}>>
<<{{ api.Column('a', 'numeric').data_type }} {{ api.Column('a', 'NUMERIC').is_numeric() }} {{ api.Column('a', 'decimal').is_numeric() }} {{ api.Column('a', 'numeric(10,2)').is_numeric() }} {{ api.Column('a', 'numeric').is_number() }}>>
<<{{ api.Column('a', 'text').can_expand_to(api.Column('b', 'text')) }} {{ api.Column('a', 'STRING').can_expand_to(api.Column('b', 'STRING')) }} {{ api.Column('a', 'integer').can_expand_to(api.Column('b', 'text')) }}>>
<<{{ api.Column('a', 'INT64').literal(5) }} {{ api.Column('a', 'date').literal("'2024-01-01'") }}>>
<<{{ api.Column('a', 'text') == api.Column('a', 'text') }} {{ api.Column('a', 'text') == api.Column('b', 'text') }} {{ api.Column('a', 'text') in [api.Column('a', 'text')] }}>>
<<{{ [api.Column('a', 'INT64'), api.Column('b', 'text')] }} {{ [api.Column('a', 'INT64')] | map(attribute='name') | join(',') }} {{ [api.Column('a', 'INT64')] | map(attribute='quoted') | list }}>>
<<{{ api.Column('a', 'text').expanded_data_type }} {{ api.Column('a', 'double').is_float() }} {{ api.Column('a', 'float64').is_float() }} {{ api.Column('a', 'FLOAT').is_float() }} {{ api.Column('a', 'bigint').is_integer() }} {{ api.Column('a', 'hugeint').is_integer() }} {{ api.Column('a', 'int64').is_integer() }} {{ api.Column('a', 'int').is_integer() }}>>
{%- set c = api.Column('a', 'text') -%}<<{{ c is mapping }} {{ c is string }} {{ c.nothing }} {{ c is iterable }}>>
<<{{ column('a', 'text').name }} {{ column.translate_type('integer') }}>>
