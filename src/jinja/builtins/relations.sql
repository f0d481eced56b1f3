{# Relations: names beside others, and the statements that make, rename and drop them. #}

{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') -%}
    {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix)) }}
{%- endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) -%}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{%- endmacro %}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') -%}
    {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{%- endmacro %}

{% macro default__make_intermediate_relation(base_relation, suffix) -%}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{%- endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') -%}
    {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{%- endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) -%}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix}, type=backup_relation_type)) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language)) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {{- config.get('sql_header') or '' }}
    create or replace {% if temporary %}temporary {% endif %}table {{ relation }} as (
        {{ compiled_code }}
    )
{%- endmacro %}

{# BigQuery has no temporary tables outside of scripts: such a table expires. #}
{% macro bigquery__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language != 'sql' -%}
        {{ exceptions.raise_compiler_error('models in `' ~ language ~ '` are not supported; write them in SQL') }}
    {%- endif -%}
    {%- set partition = adapter.parse_partition_by(config.get('partition_by', none)) -%}
    {%- if partition is not none and partition.time_ingestion_partitioning -%}
        {{ exceptions.raise_compiler_error('`create_table_as` cannot partition by the time of ingestion; partition by a column') }}
    {%- endif -%}
    {{- config.get('sql_header') or '' }}
    create or replace table {{ relation }}
    {{ partition_by(partition) }}
    {{ cluster_by(config.get('cluster_by', none)) }}
    {{ bigquery_table_options(config, model, temporary) }}
    as (
        {{ compiled_code }}
    );
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
    {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
    {{- config.get('sql_header') or '' }}
    create or replace view {{ relation }} as (
        {{ sql }}
    )
{%- endmacro %}

{% macro bigquery__create_view_as(relation, sql) -%}
    {{- config.get('sql_header') or '' }}
    create or replace view {{ relation }}
    {{ bigquery_view_options(config, model) }}
    as {{ sql }};
{%- endmacro %}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
    {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
    {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro get_create_view_as_sql(relation, sql) -%}
    {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
    {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro partition_by(partition_config) -%}
    {%- if partition_config is not none -%}
        partition by {% if partition_config.data_type == 'int64' and not partition_config.time_ingestion_partitioning -%}
            {%- set range = partition_config.range -%}
            range_bucket({{ partition_config.field }}, generate_array({{ range.start }}, {{ range.end }}, {{ range.interval }}))
        {%- elif partition_config.time_ingestion_partitioning -%}
            {{ partition_config.render_wrapped() }}
        {%- else -%}
            {{ partition_config.render() }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro cluster_by(raw_cluster_by) -%}
    {%- if raw_cluster_by is not none -%}
        cluster by {{ raw_cluster_by if raw_cluster_by is string else raw_cluster_by | join(', ') }}
    {%- endif -%}
{%- endmacro %}

{% macro bigquery_options(opts) -%}
    OPTIONS({% for name, value in opts.items() %}
        {{ name }}={{ value }}{{ ',' if not loop.last }}
    {%- endfor %})
{%- endmacro %}

{% macro bigquery_table_options(config, node, temporary) -%}
    {{ return(bigquery_options(adapter.get_table_options(config, node, temporary))) }}
{%- endmacro %}

{% macro bigquery_view_options(config, node) -%}
    {{ return(bigquery_options(adapter.get_view_options(config, node))) }}
{%- endmacro %}

{% macro get_or_create_relation(database, schema, identifier, type) -%}
    {{ return(adapter.dispatch('get_or_create_relation', 'dbt')(database, schema, identifier, type)) }}
{%- endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) -%}
    {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
    {%- if found -%}
        {{ return([true, found]) }}
    {%- endif -%}
    {{ return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) }}
{%- endmacro %}

{% macro drop_relation_if_exists(relation) -%}
    {% if relation is not none %}{% do adapter.drop_relation(relation) %}{% endif %}
{%- endmacro %}

{% macro create_schema(relation) -%}
    {{ return(adapter.dispatch('create_schema', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__create_schema(relation) -%}
    {% do adapter.create_schema(relation) %}
{%- endmacro %}

{% macro drop_schema(relation) -%}
    {{ return(adapter.dispatch('drop_schema', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_schema(relation) -%}
    {% do adapter.drop_schema(relation) %}
{%- endmacro %}

{% macro drop_relation(relation) -%}
    {{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_relation(relation) -%}
    {% do adapter.drop_relation(relation) %}
{%- endmacro %}

{% macro rename_relation(from_relation, to_relation) -%}
    {{ return(adapter.dispatch('rename_relation', 'dbt')(from_relation, to_relation)) }}
{%- endmacro %}

{% macro default__rename_relation(from_relation, to_relation) -%}
    {% do adapter.rename_relation(from_relation, to_relation) %}
{%- endmacro %}

{% macro truncate_relation(relation) -%}
    {{ return(adapter.dispatch('truncate_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__truncate_relation(relation) -%}
    {% do adapter.truncate_relation(relation) %}
{%- endmacro %}
