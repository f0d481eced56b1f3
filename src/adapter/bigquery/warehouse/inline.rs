//! Rows that go with the script that writes them: JSON lines in a parameter of it, a row each.
//!
//! A stream commits every few seconds. A load job for each would take as long again, and use up what a
//! project may load in a day (100,000 jobs, 1,500 into one table:
//! <https://cloud.google.com/bigquery/quotas#load_jobs>); statements have no such limit, and one that
//! reads no table bills nothing.

use serde_json::{Value, json};

use super::{failed, spool::Spool};
use crate::{
    adapter::AdapterError,
    relation::{Column, Dialect},
};

/// Bytes of rows that go with a script. A request may have 10 MB
/// (<https://cloud.google.com/bigquery/quotas#query_jobs>), and a quote or a backslash becomes two bytes
/// on the way.
pub(super) const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The rows of a parameter, as a query.
pub(super) fn rows_query(columns: &[Column], parameter: &str) -> String {
    let value = |column: &Column| {
        let (name, path) = (Dialect::GoogleSql.quote(&column.name), &column.name);
        let text = format!("json_value(line, '$.{path}')");
        match column.data_type.as_str() {
            "STRING" => format!("{text} as {name}"),
            // Numbers that the type cannot hold are rounded.
            "JSON" => format!(
                "parse_json(json_query(line, '$.{path}'), wide_number_mode => 'round') as {name}"
            ),
            data_type => format!("cast({text} as {data_type}) as {name}"),
        }
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    format!("select {}\nfrom unnest(split(@{parameter}, '\\n')) as line", values.join(",\n  "))
}

/// The parameter with the rows.
pub(super) fn rows_parameter(name: &str, rows: &Spool) -> Result<Value, AdapterError> {
    let text = std::fs::read_to_string(&rows.path).map_err(|error| {
        failed("load-file", format!("`{}` cannot be read back: {error}", rows.path.display()))
    })?;
    Ok(json!({
        "name": name,
        "parameterType": {"type": "STRING"},
        "parameterValue": {"value": text.trim_end_matches('\n')},
    }))
}
