//! The settings of a microbatch model
//! (<https://docs.getdbt.com/docs/build/incremental-microbatch#available-configs>).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    Node, ResourceType,
    batch::{BatchSize, parse_utc},
    check_together::place_of,
};
use crate::{diagnostic::Diagnostic, relation::Dialect};

/// Batches before the newest that each run builds again, where `lookback` does not say.
const LOOKBACK: u32 = 1;
/// `lookback` at most: beyond, a mistake is likelier than a wish.
const MAX_LOOKBACK: u32 = 100_000;

/// What a microbatch model is built by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Microbatch {
    /// The column of the model that tells a row's time.
    pub event_time: String,
    /// Where the data begin.
    pub begin: DateTime<Utc>,
    /// How much time a batch holds.
    pub batch_size: BatchSize,
    /// How many batches before the newest each run builds again.
    pub lookback: u32,
    /// Whether batches may run at the same time; where none says, those of models that do not read
    /// `this` do.
    pub concurrent_batches: Option<bool>,
}

impl Microbatch {
    /// Whether a node is a microbatch model.
    pub fn is_strategy_of(node: &Node) -> bool {
        node.resource_type == ResourceType::Model
            && node.config.materialized() == "incremental"
            && node.config.text("incremental_strategy") == Some("microbatch")
    }

    /// The settings of a microbatch model.
    ///
    /// # Errors
    /// Everything that is missing, wrong, or contradicts itself, at the user's line.
    pub fn of(node: &Node) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let event_time = event_time(node, &mut problems);
        let begin = begin(node, &mut problems);
        let batch_size = batch_size(node, &mut problems);
        let lookback = match node.config.integer("lookback") {
            None => Some(LOOKBACK),
            Some(count) => {
                let count = u32::try_from(count).ok().filter(|count| *count <= MAX_LOOKBACK);
                if count.is_none() {
                    let help = format!("write a whole number from 0 to {MAX_LOOKBACK}");
                    problems.push(wrong(node, "lookback", "is no number of batches", &help));
                }
                count
            }
        };
        if let Some(size) = batch_size {
            check_partitions(node, size, &mut problems);
        }
        check_others(node, &mut problems);
        match (event_time, begin, batch_size, lookback) {
            (Some(event_time), Some(begin), Some(batch_size), Some(lookback))
                if problems.is_empty() =>
            {
                let concurrent_batches = node.config.flag("concurrent_batches");
                Ok(Self { event_time, begin, batch_size, lookback, concurrent_batches })
            }
            _ => Err(problems),
        }
    }
}

fn missing(node: &Node, key: &str, help: &str) -> Diagnostic {
    let message = format!("the microbatch model `{}` has no `{key}`", node.name);
    Diagnostic::error("microbatch-config", message)
        .at(place_of(node, "incremental_strategy"), "")
        .help(help)
}

fn wrong(node: &Node, key: &str, what: &str, help: &str) -> Diagnostic {
    let message = format!("`{key}` of the microbatch model `{}` {what}", node.name);
    Diagnostic::error("microbatch-config", message).at(place_of(node, key), "").help(help)
}

fn event_time(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let Some(written) = node.config.text("event_time") else {
        // A value that is no text has been told of already.
        if node.config.get("event_time").is_none() {
            let help = "name the column that tells when a row happened: `event_time: created_at`";
            problems.push(missing(node, "event_time", help));
        }
        return None;
    };
    let name = column_name(written, node.relation.dialect);
    if name.is_none() {
        let what = format!("is no name of a column: `{written}`");
        let help = "give the model a column of its own for it, and name that";
        problems.push(wrong(node, "event_time", &what, help));
    }
    name
}

/// The name in a text that holds one, in quotes or not.
fn column_name(written: &str, dialect: Dialect) -> Option<String> {
    let written = written.trim();
    let quote = if dialect == Dialect::GoogleSql { '`' } else { '"' };
    if let Some(inside) = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
        return (!inside.is_empty() && !inside.contains([quote, '\\'])).then(|| inside.to_owned());
    }
    let mut letters = written.chars();
    let starts = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    (starts && letters.all(|c| c.is_alphanumeric() || c == '_')).then(|| written.to_owned())
}

fn begin(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<DateTime<Utc>> {
    const HELP: &str = "write a date or a time in UTC: `begin: \"2024-01-01\"`";
    let Some(written) = node.config.get("begin") else {
        let help = "say from when on there are data: `begin: \"2024-01-01\"`";
        problems.push(missing(node, "begin", help));
        return None;
    };
    let (text, parsed) = match written {
        Value::String(text) => (text.clone(), parse_utc(text)),
        other => (other.to_string(), Err("is no date or time")),
    };
    match parsed {
        Ok(begin) => Some(begin),
        Err(what) => {
            problems.push(wrong(node, "begin", &format!("is `{text}`, which {what}"), HELP));
            None
        }
    }
}

fn batch_size(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<BatchSize> {
    let Some(written) = node.config.text("batch_size") else {
        if node.config.get("batch_size").is_none() {
            let help = format!("use one of `{}`", BatchSize::NAMES.join("`, `"));
            problems.push(missing(node, "batch_size", &help));
        }
        return None;
    };
    // Any other word has been told of already.
    BatchSize::from_name(&written.to_ascii_lowercase())
}

/// On BigQuery a batch is a partition, as dbt-bigquery has it.
fn check_partitions(node: &Node, size: BatchSize, problems: &mut Vec<Diagnostic>) {
    if node.relation.dialect != Dialect::GoogleSql {
        return;
    }
    let Some(by) = node.config.get("partition_by") else {
        let help = format!(
            "partition by the time of the rows: `partition_by: {{field: {}, data_type: timestamp, granularity: {size}}}`",
            node.config.text("event_time").unwrap_or("created_at")
        );
        problems.push(missing(node, "partition_by", &help));
        return;
    };
    let text = |key: &str| by.get(key).and_then(Value::as_str).map(str::to_ascii_lowercase);
    if text("data_type").as_deref() == Some("int64") {
        let help = format!("partition by a time, with `granularity: {size}`");
        problems.push(wrong(node, "partition_by", "is by numbers, not by time", &help));
        return;
    }
    let granularity = text("granularity").unwrap_or_else(|| "day".to_owned());
    if granularity != size.as_str() {
        let what = format!("is by `{granularity}` and its `batch_size` is `{size}`");
        let help = format!("make them the same: `granularity: {size}`");
        problems.push(wrong(node, "partition_by", &what, &help));
    }
    if by.get("time_ingestion_partitioning") == Some(&Value::Bool(true)) {
        let what = "is by the time of ingestion, which no batch can be found again by";
        let help = "partition by the `event_time` and leave `time_ingestion_partitioning` out";
        problems.push(wrong(node, "partition_by", what, help));
    }
}

/// What other strategies have a use for. dbt-bigquery takes it without a word, dbt-duckdb refuses
/// keys, and conditions would keep rows that the batch brings again.
fn check_others(node: &Node, problems: &mut Vec<Diagnostic>) {
    if node.relation.dialect != Dialect::DuckDb {
        return;
    }
    for key in UNUSED {
        if node.config.get(key).is_some() {
            let what = "has no use: a batch replaces all rows of its time";
            let help = "leave it out, or use the strategy `merge`";
            problems.push(wrong(node, key, what, help));
        }
    }
}

/// Configurations of other strategies.
const UNUSED: [&str; 3] = ["unique_key", "incremental_predicates", "predicates"];

/// Tells of settings of microbatch models that are not what they seem: rows are found by no key, and
/// without a time of its parents' rows each batch reads all of them.
pub(super) fn warn(node: &Node, has_filtered_input: bool, diagnostics: &mut Vec<Diagnostic>) {
    if !node.config.enabled() || !Microbatch::is_strategy_of(node) {
        return;
    }
    let name = &node.name;
    if node.relation.dialect == Dialect::GoogleSql {
        for key in UNUSED.iter().filter(|key| node.config.get(key).is_some()) {
            let message = format!(
                "`{key}` of the microbatch model `{name}` does nothing: a batch replaces all rows of its time"
            );
            diagnostics.push(
                Diagnostic::warning("config-without-effect", message).at(place_of(node, key), ""),
            );
        }
    }
    if !has_filtered_input {
        let message = format!(
            "no `ref` or `source` of the microbatch model `{name}` has an `event_time`: each batch reads all of their rows"
        );
        diagnostics.push(
            Diagnostic::warning("microbatch-reads-all", message)
                .at(place_of(node, "incremental_strategy"), "")
                .help("set `event_time` on those that are to be read batch by batch"),
        );
    }
}
