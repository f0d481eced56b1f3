{# Asking the warehouse, and the SQL that packages build on. #}

{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
    {{ return('') }}
{%- endmacro %}

{% macro run_hooks(hooks, inside_transaction=True) -%}
    {% for hook in hooks %}
        {% set text = hook.get('sql') if hook is mapping else hook %}
        {% if text | trim | length > 0 %}
            {% do run_query(text) %}
        {% endif %}
    {% endfor %}
{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}
    {% set result = run_query(get_empty_subquery_sql(select_sql)) %}
    {% if result is none %}{{ return([]) }}{% endif %}
    {{ return(result.column_names) }}
{%- endmacro %}

{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
    select * from (
        {{ select_sql }}
    ) as __dbt_sbq
    where false
    limit 0
{%- endmacro %}

{% macro get_columns_in_relation(relation) -%}
    {{ return(adapter.get_columns_in_relation(relation)) }}
{%- endmacro %}

{% macro load_relation(relation) -%}
    {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) }}
{%- endmacro %}

{% macro load_cached_relation(relation) -%}
    {{ return(load_relation(relation)) }}
{%- endmacro %}

{% macro drop_relation_if_exists(relation) -%}
    {% if relation is not none %}{% do adapter.drop_relation(relation) %}{% endif %}
{%- endmacro %}

{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') -%}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{%- endmacro %}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') -%}
    {{ return(make_temp_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') -%}
    {{ return(make_temp_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language)) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    create or replace {% if temporary %}temporary {% endif %}table {{ relation }} as (
        {{ compiled_code }}
    )
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
    {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} as (
        {{ sql }}
    )
{%- endmacro %}

{% macro get_quoted_csv(column_names) -%}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}
        {%- do quoted.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return(quoted | join(', ')) }}
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set keys = unique_key if unique_key is sequence and unique_key is not string else [unique_key] -%}
    merge into {{ target }} as DBT_INTERNAL_DEST
    using {{ source }} as DBT_INTERNAL_SOURCE
    on {% for key in keys %}DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    {% for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
    when matched then update set
        {% for column in dest_columns %}{{ adapter.quote(column.name) }} = DBT_INTERNAL_SOURCE.{{ adapter.quote(column.name) }}{{ ', ' if not loop.last }}{% endfor %}
    when not matched then insert ({{ get_quoted_csv(dest_columns | map(attribute='name')) }})
    values ({% for column in dest_columns %}DBT_INTERNAL_SOURCE.{{ adapter.quote(column.name) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set keys = unique_key if unique_key is sequence and unique_key is not string else [unique_key] -%}
    delete from {{ target }} as DBT_INTERNAL_DEST
    where ({{ keys | join(', ') }}) in (select {{ keys | join(', ') }} from {{ source }});
    insert into {{ target }} ({{ get_quoted_csv(dest_columns | map(attribute='name')) }})
    select {{ get_quoted_csv(dest_columns | map(attribute='name')) }} from {{ source }}
{%- endmacro %}

{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
    {{ exceptions.raise_compiler_error('partition_range is not supported; write the dates, or build them with modules.datetime') }}
{%- endmacro %}

{% macro set_sql_header(config) -%}
    {{ config.set('sql_header', caller()) }}
{%- endmacro %}
