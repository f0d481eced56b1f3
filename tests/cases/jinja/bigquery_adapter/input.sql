<<{{ adapter.quote_as_configured('a', 'schema') }} {{ adapter.quote_as_configured('a', 'nonsense') }}>>
<<{{ adapter.parse_partition_by({'field': 'd', 'data_type': 'date'}) }}>>
{%- set p = adapter.parse_partition_by({'field': 'd', 'data_type': 'timestamp', 'granularity': 'hour'}) -%}<<{{ p.field }} {{ p.data_type }} {{ p.granularity }} {{ p.range }} {{ p.time_ingestion_partitioning }} {{ p.copy_partitions }} {{ p.render() }} {{ p.render('x') }} {{ p.render(alias='x') }} {{ p.render_wrapped() }} {{ p.render_wrapped(alias='x') }} {{ p.data_type_for_partition() }} {{ p.reject_partition_field_column([]) }}>>
{%- set p = adapter.parse_partition_by({'field': 'd'}) -%}<<{{ p.field }} {{ p.data_type }} {{ p.granularity }} {{ p.render() }} {{ p.render_wrapped() }}>>
{%- set p = adapter.parse_partition_by({'field': 'n', 'data_type': 'int64', 'range': {'start': 0, 'end': 100, 'interval': 10}}) -%}<<{{ p.range }} {{ p.render() }} {{ p.render_wrapped() }} {{ p.data_type_for_partition() }} {{ p.range.start }}>>
<<{{ adapter.parse_partition_by(none) }}>>
<<{{ adapter.nest_column_data_types({'a.b': {'name': 'a.b', 'data_type': 'string'}, 'a.c': {'name': 'a.c', 'data_type': 'int64'}, 'd': {'name': 'd', 'data_type': 'date'}}) }}>>
<<{{ adapter.nest_column_data_types({'a': {'name': 'a', 'data_type': 'array'}, 'a.b': {'name': 'a.b', 'data_type': 'string'}}) }}>>
<<{{ adapter.get_hard_deletes_behavior({'invalidate_hard_deletes': true}) }} {{ adapter.get_hard_deletes_behavior({'hard_deletes': 'new_record'}) }} {{ adapter.get_hard_deletes_behavior({}) }}>>
<<{{ adapter.commit() }}>>
<<{{ adapter.add_time_ingestion_partition_column(adapter.parse_partition_by({'field': 'd', 'data_type': 'date', 'time_ingestion_partitioning': true}), [api.Column('a', 'int64')]) }}>>
<<{{ adapter.dispatch('concat', 'dbt')(['a']) }} {{ adapter.dispatch('concat', macro_namespace='dbt')(['a']) }} {{ adapter.dispatch(macro_name='concat', macro_namespace='dbt')(['a']) }}>>
