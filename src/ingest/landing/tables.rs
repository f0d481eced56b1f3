//! The tables beside a feed's own: dead letters and state.

use crate::relation::{Column, Dialect, Relation};

/// The name of the table of dead letters, in the feed's schema.
pub const DEAD_LETTERS: &str = "dead_letter";
/// The name of the table of states, in the feed's schema.
pub const STATE: &str = "elt_feed_state";

/// Columns of [`DEAD_LETTERS`] with their GoogleSQL types.
pub(super) const DEAD_LETTER_COLUMNS: [(&str, &str); 13] = [
    ("_id", "STRING"),
    ("status", "STRING"),
    ("_failed_at", "TIMESTAMP"),
    ("_source", "STRING"),
    ("_stream", "STRING"),
    ("stage", "STRING"),
    ("error_class", "STRING"),
    ("error", "STRING"),
    ("attempts", "INT64"),
    ("raw", "STRING"),
    ("_uri", "STRING"),
    ("_run_id", "STRING"),
    ("_load_id", "STRING"),
];

/// Columns of [`STATE`] with their GoogleSQL types.
pub(super) const STATE_COLUMNS: [(&str, &str); 8] = [
    // The feed's unique id.
    ("feed", "STRING"),
    // Counts a feed's commits: what is said later counts.
    ("commit_number", "INT64"),
    // The place in the commit.
    ("entry_number", "INT64"),
    ("committed_at", "TIMESTAMP"),
    ("load_id", "STRING"),
    ("kind", "STRING"),
    ("name", "STRING"),
    // NULL takes back what was said of the name.
    ("value", "JSON"),
];

/// Another table in a table's schema.
pub(super) fn beside(relation: &Relation, name: &str) -> Relation {
    relation.with_identifier(name)
}

/// Columns with types in a dialect's words.
pub(in crate::ingest) fn columns_in(
    dialect: Dialect,
    columns: &[(&str, &'static str)],
) -> Vec<Column> {
    let column = |(name, kind): &(&str, &'static str)| Column {
        name: (*name).to_owned(),
        data_type: type_in(dialect, kind).to_owned(),
    };
    columns.iter().map(column).collect()
}

fn type_in(dialect: Dialect, google: &'static str) -> &'static str {
    match (dialect, google) {
        (Dialect::GoogleSql, kind) => kind,
        (Dialect::DuckDb, "STRING") => "VARCHAR",
        (Dialect::DuckDb, "INT64") => "BIGINT",
        (Dialect::DuckDb, "TIMESTAMP") => "TIMESTAMP WITH TIME ZONE",
        (Dialect::DuckDb, kind) => kind,
    }
}
