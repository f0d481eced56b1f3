<<{{ dbt.any_value('x') }}>>
<<{{ dbt.bool_or('x') }}>>
{%- set sql -%}{{ dbt.cast('x', 'int64') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.cast_bool_to_text('x') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.concat(['a', "'-'", 'b']) }}>>
<<{{ dbt.concat([]) }}>>
<<{{ dbt.hash('x') }}>>
{%- set sql -%}{{ dbt.length('x') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.position("'a'", 'x') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.replace('x', "'a'", "'b'") }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.right('x', 3) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.right('x', 'n') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.split_part('x', "'|'", 1) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.split_part('x', "'|'", 3) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.split_part('x', "'|'", -1) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.split_part(string_text='x', delimiter_text="'|'", part_number=2) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.split_part('x', "'|'", 0) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.string_literal("it's") }}>>
<<{{ dbt.escape_single_quotes("it's 'x'") }}>>
<<{{ dbt.string_literal(dbt.escape_single_quotes("it's")) }}>>
{%- set sql -%}{{ dbt.listagg('x') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.listagg('x', "'_'") }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.listagg('x', "'_'", 'order by y') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.listagg('x', "'_'", 'order by y', 2) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.listagg(measure='x', delimiter_text="'_'", limit_num=2) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.except() }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.intersect() }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.array_construct([1, 2, 3]) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.array_construct([]) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.array_construct() }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.array_construct(['a'], 'string') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.array_construct(["'a'", "'b'"]) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.array_concat('a', 'b') }}>>
<<{{ dbt.current_timestamp() }}>>
<<{{ current_timestamp() }}>>
{%- set sql -%}{{ dbt.dateadd('day', 1, 'x') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.dateadd(datepart='month', interval=-3, from_date_or_timestamp="'2016-08-19'") }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.dateadd('day', 'row_number() over (order by 1) - 1', "cast('2020-01-01' as date)") }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.datediff('a', 'b', 'day') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.date(2024, 1, 2) }}>>
<<{{ date(2024, 1, 2) }}>>
{%- set sql -%}{{ dbt.last_day('x', 'month') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.type_string() }} {{ dbt.type_timestamp() }} {{ dbt.type_float() }} {{ dbt.type_numeric() }} {{ dbt.type_bigint() }} {{ dbt.type_int() }} {{ dbt.type_boolean() }}>>
<<{{ dbt.get_powers_of_two(100) }} {{ dbt.get_powers_of_two(1) }} {{ dbt.get_powers_of_two(64) }} {{ dbt.get_powers_of_two(65) }}>>
{%- set sql -%}{{ dbt.generate_series(10) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.generate_series(1) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ get_intervals_between("cast('2020-01-01' as date)", "cast('2021-01-01' as date)", 'day') if false }}>>
<<{{ dbt.partition_range('20240101, 20240103') }}>>
<<{{ dbt.dates_in_range('20240101', '20240103') }}>>
<<{{ dbt.dates_in_range('2024-01-01', '2024-01-03', '%Y-%m-%d', '%Y-%m-%d') }}>>
<<{{ dbt.dates_in_range('20240101') }}>>
<<{{ dbt.convert_datetime('20240101', '%Y%m%d') }}>>
<<{{ dbt.get_quoted_csv(['a', 'b']) }}>>
{%- set sql -%}{{ dbt.get_empty_subquery_sql('select 1') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.get_empty_schema_sql({'a': {'name': 'a', 'data_type': 'int64'}, 'b': {'name': 'b', 'data_type': 'string', 'quote': true}}) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.get_true_sql() }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.get_merge_update_columns(none, ['N'], [api.Column('id', 'int64'), api.Column('n', 'string')]) }}>>
<<{{ dbt.get_merge_update_columns(['n'], none, [api.Column('id', 'int64'), api.Column('n', 'string')]) }}>>
{%- set sql -%}{{ dbt.get_limit_subquery_sql('select 1', 5) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.information_schema_name('d') }} {{ dbt.information_schema_name(none) }}>>
<<{{ dbt.diff_columns([api.Column('a', 'int64')], [api.Column('B', 'int64')]) }} {{ dbt.diff_column_data_types([api.Column('a', 'int64')], [api.Column('a', 'string')]) }}>>
{%- set sql -%}{{ before_begin('select 1') }} {{ in_transaction('select 1') }} {{ after_commit('select 1') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.test_unique('m', 'c') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.test_not_null('m', 'c') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.test_accepted_values('m', 'c', ['a', 'b']) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.test_accepted_values('m', 'c', [1, 2], quote=false) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.date_spine('day', "cast('2020-01-01' as date)", "cast('2021-01-01' as date)") if false }}>>
<<{{ array_construct is defined }} {{ dateadd is defined }} {{ dbt.no_such }} {{ dbt.no_such is defined }}>>
