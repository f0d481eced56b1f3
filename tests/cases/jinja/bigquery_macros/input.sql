<<{{ dbt.safe_cast('x', api.Column.translate_type('integer')) }}>>
<<{{ dbt.safe_cast("'2020-01-01'", dbt.type_timestamp()) }}>>
{%- set sql -%}{{ dbt.array_append('a', 4) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.current_timestamp_backcompat() }}>>
<<{{ dbt.current_timestamp_in_utc_backcompat() }}>>
{%- set sql -%}{{ dbt.datediff("'2018-01-01'", "'2018-01-20'", 'week') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.date_trunc('month', 'x') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.last_day('x', 'quarter') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.get_empty_subquery_sql('select 1', 'create temp function f() as (1);') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.partition_by({'field': 'd', 'data_type': 'date'}) if false }}{{ partition_by(adapter.parse_partition_by({'field': 'd', 'data_type': 'timestamp', 'granularity': 'hour'})) }}>>
<<{{ cluster_by(['a', 'b']) }} {{ cluster_by('a') }} {{ cluster_by(none) }}>>
<<{{ equals('a', 'b') }} {{ dbt.equals('a', 'b') }}>>
