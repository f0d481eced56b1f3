//! Which type a configuration must have. Keys that dbt does not know are the user's own and take
//! anything.

use serde_json::Value;

use super::ResourceType;
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    jinja::Engine,
    relation::Dialect,
};

/// Materializations that are built in.
const MATERIALIZATIONS: [&str; 11] = [
    "view",
    "table",
    "incremental",
    "ephemeral",
    "materialized_view",
    "copy",
    "seed",
    "snapshot",
    "test",
    "unit",
    "external",
];

/// Keys of the adapters beside dbt's own
/// (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs>,
/// <https://docs.getdbt.com/reference/resource-configs/duckdb-configs>).
const ADAPTER_KEYS: [&str; 54] = [
    "allow_non_incremental_definition",
    "base_location_root",
    "base_location_subpath",
    "bigquery_write_mode",
    "catalog_name",
    "check_cols",
    "cluster_by",
    "copy_materialization",
    "copy_partitions",
    "database",
    "delimiter",
    "enable_change_history",
    "enable_list_inference",
    "enable_refresh",
    "file_format",
    "format",
    "grant_access_to",
    "hard_deletes",
    "hours_to_expiration",
    "incremental_predicates",
    "indexes",
    "inserts_only",
    "intermediate_format",
    "invalidate_hard_deletes",
    "job_execution_timeout_seconds",
    "kms_key_name",
    "labels",
    "labels_from_meta",
    "location",
    "max_staleness",
    "merge_exclude_columns",
    "merge_update_columns",
    "notebook_template_id",
    "options",
    "overwrite",
    "partition_by",
    "partition_expiration_days",
    "partitioned_by",
    "partitions",
    "plugin",
    "policy_tags",
    "refresh_interval_minutes",
    "require_partition_filter",
    "reservation",
    "resource_tags",
    "snapshot_meta_column_names",
    "sql_header",
    "storage_uri",
    "strategy",
    "submission_method",
    "table_format",
    "target_schema",
    "timeout",
    "updated_at",
];

enum Expected {
    Text,
    Flag,
    Integer,
    Number,
    Mapping,
    Texts,
    Words(&'static [&'static str]),
}

fn expected(kind: ResourceType, key: &str) -> Option<Expected> {
    use Expected::*;
    Some(match key {
        "enabled"
        | "full_refresh"
        | "store_failures"
        | "quote_columns"
        | "invalidate_hard_deletes"
        | "require_partition_filter"
        | "enable_change_history"
        | "concurrent_batches" => Flag,
        "materialized"
        | "schema"
        | "database"
        | "alias"
        | "incremental_strategy"
        | "group"
        | "where"
        | "fail_calc"
        | "warn_if"
        | "error_if"
        | "sql_header"
        | "strategy"
        | "updated_at"
        | "target_schema"
        | "target_database"
        | "dbt_valid_to_current"
        | "delimiter"
        | "event_time"
        | "kms_key_name"
        | "reservation"
        | "loaded_at_query" => Text,
        "unique_key"
        | "tags"
        | "cluster_by"
        | "check_cols"
        | "merge_update_columns"
        | "merge_exclude_columns"
        | "incremental_predicates"
        | "packages" => Texts,
        "meta"
        | "docs"
        | "persist_docs"
        | "grants"
        | "column_types"
        | "contract"
        | "quoting"
        | "labels"
        | "snapshot_meta_column_names" => Mapping,
        "partition_by" if kind != ResourceType::Source => Mapping,
        "limit" | "lookback" => Integer,
        "hours_to_expiration" | "partition_expiration_days" | "job_execution_timeout_seconds" => {
            Number
        }
        "on_schema_change" => Words(&["ignore", "fail", "append_new_columns", "sync_all_columns"]),
        "copy_materialization" => Words(&["table", "incremental"]),
        "on_configuration_change" => Words(&["apply", "continue", "fail"]),
        "access" => Words(&["private", "protected", "public"]),
        "severity" => Words(&["error", "warn"]),
        "store_failures_as" => Words(&["ephemeral", "table", "view"]),
        "hard_deletes" => Words(&["ignore", "invalidate", "new_record"]),
        "type" if kind == ResourceType::Function => Words(&["scalar", "aggregate"]),
        "volatility" if kind == ResourceType::Function => {
            Words(&["deterministic", "stable", "non-deterministic"])
        }
        "runtime_version" | "entry_point" if kind == ResourceType::Function => Text,
        "batch_size" => Words(&["hour", "day", "month", "year"]),
        _ => return None,
    })
}

/// Checks configurations wherever they are written.
#[derive(Clone, Copy)]
pub(super) struct ConfigChecker<'e> {
    engine: &'e Engine,
    dialect: Dialect,
}

impl<'e> ConfigChecker<'e> {
    pub fn new(engine: &'e Engine, dialect: Dialect) -> Self {
        Self { engine, dialect }
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Reports a value of the wrong type; `span` is asked for only then.
    pub fn check(
        &self,
        kind: ResourceType,
        key: &str,
        value: &Value,
        span: impl FnOnce() -> Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if value.is_null() {
            return;
        }
        // DuckDB knows other partitionings than BigQuery's.
        if key == "partition_by" && self.dialect == Dialect::DuckDb {
            return;
        }
        let Some(expected) = expected(kind, key) else {
            diagnostics.extend(misspelt(kind, key).map(|problem| problem.at(span(), "")));
            return;
        };
        let fits = match &expected {
            Expected::Text => value.is_string(),
            Expected::Flag => value.is_boolean(),
            Expected::Integer => value.is_i64(),
            Expected::Number => value.is_number(),
            Expected::Mapping => value.is_object(),
            Expected::Texts => match value {
                Value::Array(items) => items.iter().all(Value::is_string),
                other => other.is_string(),
            },
            Expected::Words(words) => value
                .as_str()
                .is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text))),
        };
        if !fits {
            diagnostics.push(wrong_type(key, value, &expected).at(span(), ""));
        } else if key == "materialized" && kind == ResourceType::Model {
            let name = value.as_str().unwrap_or_default();
            if !self.is_materialization(name) {
                diagnostics.push(self.unknown_materialization(name).at(span(), ""));
            }
        }
    }

    fn is_materialization(&self, name: &str) -> bool {
        MATERIALIZATIONS.contains(&name)
            || [self.dialect.adapter_type(), "default"].iter().any(|adapter| {
                let name = format!("materialization_{name}_{adapter}");
                self.engine.macros().iter().any(|info| info.name == name)
            })
    }

    fn unknown_materialization(&self, name: &str) -> Diagnostic {
        let own = self.engine.macros().iter().filter_map(|info| {
            info.name.strip_prefix("materialization_")?.rsplit_once('_').map(|(name, _)| name)
        });
        Diagnostic::error(
            "unknown-materialization",
            format!("no materialization is named `{name}`"),
        )
        .maybe_help(did_you_mean(name, MATERIALIZATIONS.into_iter().chain(own)))
        .help("a project's own is a `{% materialization … %}` block in its macros")
    }
}

/// A key that nothing knows and that is nearly one that is known; other keys are the user's own.
fn misspelt(kind: ResourceType, key: &str) -> Option<Diagnostic> {
    /// Shorter keys are near too many words.
    const MIN_LENGTH: usize = 5;
    /// One wrong, missing, doubled or swapped letter; two in a long key.
    const LONG: usize = 9;
    let is_known = super::is_known_config(kind, key) || ADAPTER_KEYS.contains(&key);
    if is_known || key.len() < MIN_LENGTH {
        return None;
    }
    let allowed = if key.len() < LONG { 1 } else { 2 };
    let own = super::config_defaults(kind).map(|(known, _)| known);
    let nearest = own
        .chain(ADAPTER_KEYS)
        .map(|known| (strsim::damerau_levenshtein(key, known), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min()?;
    Some(
        Diagnostic::warning("misspelt-config", format!("no configuration is named `{key}`"))
            .help(format!("did you mean `{}`? your own keys go under `meta`", nearest.1)),
    )
}

fn wrong_type(key: &str, value: &Value, expected: &Expected) -> Diagnostic {
    let found = match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => format!("the boolean `{flag}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) => format!("the text `{text}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    };
    let wanted = match expected {
        Expected::Text => "text".to_owned(),
        Expected::Flag => "true or false".to_owned(),
        Expected::Integer => "a whole number".to_owned(),
        Expected::Number => "a number".to_owned(),
        Expected::Mapping => "a mapping".to_owned(),
        Expected::Texts => "text or a list of texts".to_owned(),
        Expected::Words(words) => format!("one of `{}`", words.join("`, `")),
    };
    let diagnostic =
        Diagnostic::error("config-type", format!("`{key}` must be {wanted}, not {found}"));
    match (expected, value) {
        (Expected::Words(words), Value::String(text)) => {
            diagnostic.maybe_help(did_you_mean(text, words.iter().copied()))
        }
        (Expected::Mapping, _) if key == "partition_by" => {
            diagnostic.help("write it like `{field: order_date, data_type: date}`")
        }
        _ => diagnostic,
    }
}
