{%- set sql -%}{{ dbt.safe_cast('x', api.Column.translate_type('integer')) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.safe_cast("'2020-01-01'", dbt.type_timestamp()) }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.split_part('x', "'|'", 'n') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.array_append('a', 4) }}>>
{%- set sql -%}{{ dbt.current_timestamp_backcompat() }}{%- endset -%}<<{{ sql.split() | join('') }}>>
{%- set sql -%}{{ dbt.current_timestamp_in_utc_backcompat() }}{%- endset -%}<<{{ sql.split() | join('') }}>>
<<{{ dbt.date_trunc('month', 'x') }}>>
{%- set sql -%}{{ equals('a', 'b') }} {{ dbt.equals('a', 'b') }}{%- endset -%}<<{{ sql.split() | join('') }}>>
