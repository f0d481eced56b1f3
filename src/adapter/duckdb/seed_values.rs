//! Texts of a CSV file as values of a column's type: as BigQuery loads them
//! (<https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#data_types>), or as the
//! engine reads them.

use super::session::Session;
use crate::{
    adapter::AdapterError,
    relation::{Column, Dialect},
};

/// SQL of a text as a value.
pub(super) struct SeedValue {
    /// The value; an error where the text is none.
    pub value: String,
    /// The same, and NULL where the text is none; nothing where every text is one.
    pub tried: Option<String>,
}

/// The value of the text in `text`, a column of an engine's table.
pub(super) fn seed_value(
    session: &Session<'_>,
    text: &str,
    column: &Column,
) -> Result<SeedValue, AdapterError> {
    let engine_type = session.data_type(&column.data_type)?;
    let upper = column.data_type.trim().to_ascii_uppercase();
    let base = upper.split(['(', '<']).next().unwrap_or_default().trim();
    let by_engine = || SeedValue {
        value: format!("cast(trim({text}) as {engine_type})"),
        tried: Some(format!("try_cast(trim({text}) as {engine_type})")),
    };
    if is_text(&upper) && !(upper.contains('(') && session.shared.dialect == Dialect::GoogleSql) {
        return Ok(SeedValue { value: format!("cast({text} as {engine_type})"), tried: None });
    }
    // BigQuery's files say yes and no in more words than its casts.
    if session.shared.dialect == Dialect::DuckDb || matches!(base, "BOOL" | "BOOLEAN") {
        return Ok(by_engine());
    }
    let (plain, safe) = match base {
        "JSON" => (format!("parse_json({text})"), format!("safe.parse_json({text})")),
        "BYTES" => (format!("from_base64({text})"), format!("safe.from_base64({text})")),
        "STRING" => {
            let cast = |word: &str| format!("{word}(cast({text} as string) as {upper})");
            (cast("cast"), cast("safe_cast"))
        }
        "ARRAY" | "STRUCT" => return Ok(by_engine()),
        _ => {
            let cast = |word: &str| format!("{word}(trim(cast({text} as string)) as {upper})");
            (cast("cast"), cast("safe_cast"))
        }
    };
    Ok(SeedValue { value: session.expression(&plain)?, tried: Some(session.expression(&safe)?) })
}

/// Whether values of a type are texts.
pub(super) fn is_text(data_type: &str) -> bool {
    let upper = data_type.to_ascii_uppercase();
    matches!(upper.split('(').next(), Some("VARCHAR" | "TEXT" | "STRING" | "CHAR" | "BPCHAR"))
}
