//! Sources read as they were: `config.meta.as_of`
//! (<https://cloud.google.com/bigquery/docs/access-historical-data>).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Manifest, Source, batch::parse_utc};
use crate::{
    diagnostic::{Diagnostic, Span},
    project::Connection,
};

/// The key under `meta`.
const KEY: &str = "as_of";

impl Source {
    /// The moment that the table is read at, where it is not now.
    pub fn as_of(&self) -> Option<DateTime<Utc>> {
        read(written(self)?).ok()
    }
}

/// What the user wrote; a template may give nothing.
fn written(source: &Source) -> Option<&Value> {
    let value = source.config.meta()?.get(KEY)?;
    let is_nothing = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    (!is_nothing).then_some(value)
}

fn read(value: &Value) -> Result<DateTime<Utc>, &'static str> {
    value.as_str().ok_or("is no date or time").and_then(parse_utc)
}

/// Reports moments that are none, and all of them where the engine keeps no history.
pub(super) fn check_time_travel(
    manifest: &Manifest,
    connection: &Connection,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for source in manifest.sources.values() {
        let Some(value) = written(source) else { continue };
        let name = format!("{}.{}", source.source_name, source.name);
        if let Err(problem) = read(value) {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            // What is said of batches behind it is not of tables.
            let problem = problem.split(", and ").next().unwrap_or(problem);
            let message = format!("`as_of: {shown}` of `{name}` {problem}");
            let problem = Diagnostic::error("config-type", message).at(place(source), "");
            diagnostics.push(problem.help("write it in UTC, like `2024-02-01 06:00:00`"));
        } else if !matches!(connection, Connection::BigQuery(_)) {
            let message =
                format!("`as_of` of `{name}` needs BigQuery: the embedded engine keeps no history");
            let help = "give it for targets on BigQuery only: `as_of: \"{{ '2024-02-01' if target.name == 'prod' else '' }}\"`";
            let problem = Diagnostic::error("unsupported-time-travel", message);
            diagnostics.push(problem.at(place(source), "").help(help));
        }
    }
}

/// The key behind the name of the table, else the name: the source may say it for all its tables.
fn place(source: &Source) -> Span {
    let declared = &source.declared;
    let rest = declared.file.text().get(declared.end as usize..).unwrap_or_default();
    // The next table begins with its name.
    let own = rest.find("name:").map_or(rest, |end| &rest[..end]);
    match own.find(KEY) {
        Some(at) => {
            let start = declared.end as usize + at;
            Span::new(&declared.file, start..start + KEY.len())
        }
        None => declared.clone(),
    }
}
