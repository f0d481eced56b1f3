//! What of `adapter.*` needs no warehouse, and what there is none of here.

use minijinja::{Error, ErrorKind, State, Value, value::from_args};

use super::{
    nested_columns::nested, partition_config::PartitionConfig, table_options::table_options,
};
use crate::{
    diagnostic::did_you_mean,
    jinja::{Globals, arguments::Arguments, objects::ColumnObject},
    relation::Dialect,
};

/// Methods of every adapter.
const METHODS: [&str; 30] = [
    "alter_table_add_columns",
    "already_exists",
    "assert_valid_snapshot_target_given_strategy",
    "cache_added",
    "cache_dropped",
    "cache_renamed",
    "check_schema_exists",
    "commit",
    "create_schema",
    "dispatch",
    "drop_relation",
    "drop_schema",
    "execute",
    "expand_target_column_types",
    "get_column_schema_from_query",
    "get_columns_in_relation",
    "get_columns_in_select_sql",
    "get_columns_in_table",
    "get_hard_deletes_behavior",
    "get_missing_columns",
    "get_relation",
    "list_relations",
    "list_relations_without_caching",
    "quote",
    "quote_as_configured",
    "quote_seed_column",
    "rename_relation",
    "truncate_relation",
    "type",
    "valid_snapshot_target",
];

/// Methods of BigQuery's adapter only.
const BIGQUERY_METHODS: [&str; 6] = [
    "add_time_ingestion_partition_column",
    "get_common_options",
    "get_table_options",
    "get_view_options",
    "nest_column_data_types",
    "parse_partition_by",
];

fn methods(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match dialect {
        Dialect::GoogleSql => &BIGQUERY_METHODS,
        Dialect::DuckDb => &[],
    };
    METHODS.iter().chain(own).copied()
}

/// Whether an adapter has a method of this name here.
pub fn is_method(dialect: Dialect, method: &str) -> bool {
    methods(dialect).any(|name| name == method)
}

/// Methods that dbt's adapters have and what is written instead of them.
const REFUSED: [(&str, &str); 26] = [
    ("add_query", "use `run_query`"),
    ("alter_table_add_remove_columns", "use `run_query` with `alter table`"),
    ("build_catalog_relation", "there are no catalogs"),
    ("convert_type", "name the type, or use `api.Column.translate_type`"),
    ("copy_table", "configure a model as `materialized: copy`"),
    ("describe_relation", "ask INFORMATION_SCHEMA with `run_query`"),
    ("get_bq_table", "ask INFORMATION_SCHEMA with `run_query`"),
    ("get_catalog_integration", "there are no catalogs"),
    ("get_incremental_strategy_macro", "configure `incremental_strategy`"),
    ("get_partitions_metadata", "ask INFORMATION_SCHEMA.PARTITIONS with `run_query`"),
    ("get_dataset_location", "ask INFORMATION_SCHEMA.SCHEMATA with `run_query`"),
    ("grant_access_to", "configure `grant_access_to`"),
    ("is_replaceable", "drop the table first where its partitioning changes"),
    ("list_function_relations", "ask INFORMATION_SCHEMA.ROUTINES with `run_query`"),
    ("list_schemas", "ask INFORMATION_SCHEMA.SCHEMATA with `run_query`"),
    ("load_dataframe", "use a seed, or a source with a feed"),
    ("render_raw_columns_constraints", "configure a contract"),
    ("render_raw_model_constraints", "configure a contract"),
    ("run_sql_for_tests", "use `run_query`"),
    ("standardize_grants_dict", "configure `grants`"),
    ("submit_python_job", "models are written in SQL"),
    ("sync_struct_columns", "configure `on_schema_change: sync_all_columns`"),
    ("update_columns", "configure `persist_docs`"),
    ("update_table_description", "configure `persist_docs`"),
    ("upload_file", "use a seed, or a source with a feed"),
    ("verify_database", "leave the call out"),
];

/// What is said of a method that dbt has and this adapter has not.
pub fn refusal(dialect: Dialect, method: &str) -> Option<Error> {
    let (_, instead) = REFUSED.iter().find(|(name, _)| *name == method)?;
    let adapter = dialect.adapter_type();
    Some(Error::new(
        ErrorKind::InvalidOperation,
        format!("`adapter.{method}` is not supported on {adapter}: {instead}"),
    ))
}

/// What is said of a method that no adapter has.
pub fn unknown(dialect: Dialect, method: &str) -> Error {
    let hint = did_you_mean(method, methods(dialect));
    let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
    let message = format!("the adapter has no method `{method}`{hint}");
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Answers that need no warehouse.
pub fn without_warehouse(
    globals: &Globals,
    state: &mut State<'_, '_>,
    method: &str,
    args: &[Value],
) -> Option<Result<Value, Error>> {
    let is_bigquery = globals.dialect == Dialect::GoogleSql;
    Some(match method {
        "quote" => quote(globals, args),
        "quote_as_configured" => quote_as_configured(globals, args),
        "quote_seed_column" => quote_seed_column(globals, args),
        "get_hard_deletes_behavior" => hard_deletes(args),
        "parse_partition_by" if is_bigquery => Arguments::new("adapter.parse_partition_by", args)
            .and_then(|given| {
                let raw = given.value(0, "raw_partition_by")?;
                PartitionConfig::parse(&raw.unwrap_or_default())
            }),
        "nest_column_data_types" if is_bigquery => {
            Arguments::new("adapter.nest_column_data_types", args).and_then(|given| {
                let columns: Value = given.required(0, "columns")?;
                let constraints = given.value(1, "constraints")?.filter(|value| !value.is_none());
                nested(&columns, constraints.as_ref())
            })
        }
        "add_time_ingestion_partition_column" if is_bigquery => with_ingestion_column(args),
        "get_common_options" | "get_table_options" | "get_view_options" if is_bigquery => {
            table_options(state, method, args)
        }
        _ => return None,
    })
}

fn quote(globals: &Globals, args: &[Value]) -> Result<Value, Error> {
    let name: Value = Arguments::new("adapter.quote", args)?.required(0, "identifier")?;
    Ok(Value::from(globals.dialect.quote(&name.to_string())))
}

/// As the project's `quoting` says of databases, schemas and identifiers.
fn quote_as_configured(globals: &Globals, args: &[Value]) -> Result<Value, Error> {
    let given = Arguments::new("adapter.quote_as_configured", args)?;
    let name = given.required::<Value>(0, "identifier")?.to_string();
    let is_quoted = match given.text(1, "quote_key")?.as_str() {
        "database" => globals.quoting.database,
        "schema" => globals.quoting.schema,
        "identifier" => globals.quoting.identifier,
        _ => false,
    };
    Ok(Value::from(if is_quoted { globals.dialect.quote(&name) } else { name }))
}

/// As a seed's `quote_columns` says; quoted where it says nothing.
fn quote_seed_column(globals: &Globals, args: &[Value]) -> Result<Value, Error> {
    let given = Arguments::new("adapter.quote_seed_column", args)?;
    let name = given.required::<Value>(0, "column")?.to_string();
    let is_quoted = given.get::<bool>(1, "quote_config")?.unwrap_or(true);
    Ok(Value::from(if is_quoted { globals.dialect.quote(&name) } else { name }))
}

/// What becomes of rows that a snapshot's source has no longer.
fn hard_deletes(args: &[Value]) -> Result<Value, Error> {
    let given = Arguments::new("adapter.get_hard_deletes_behavior", args)?;
    let config: Value = given.required(0, "config")?;
    let (old, new) =
        (config.get_attr("invalidate_hard_deletes")?, config.get_attr("hard_deletes")?);
    let is_set = |value: &Value| !value.is_none() && !value.is_undefined();
    if is_set(&old) && is_set(&new) {
        return Err(given.wrong("`hard_deletes` and `invalidate_hard_deletes` are both set"));
    }
    if old.is_true() {
        return Ok(Value::from("invalidate"));
    }
    match new.as_str() {
        None => Ok(Value::from("ignore")),
        Some("ignore" | "invalidate" | "new_record") => Ok(new),
        Some(other) => {
            let message = "expects `ignore`, `invalidate` or `new_record`, not";
            Err(given.wrong(format!("{message} `{other}`")))
        }
    }
}

fn with_ingestion_column(args: &[Value]) -> Result<Value, Error> {
    let (partition, columns): (Value, Value) = from_args(args)?;
    let Some(partition) = partition.downcast_object_ref::<PartitionConfig>() else {
        let message = "expects what `adapter.parse_partition_by` gives";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    };
    let (name, data_type) = partition.ingestion();
    let column = ColumnObject::new(Dialect::GoogleSql, name, data_type);
    partition.with_ingestion_column(&columns, column)
}
