//! What DuckDB says, as adapter errors.

use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    relation::Dialect,
    sql::SqlError,
};

/// The engine's error. `lines_before` is how many lines stand before the given SQL in the statement
/// that ran; in GoogleSQL the engine's own places mean the translation and are left out.
pub(super) fn engine_error(
    error: &duckdb::Error,
    dialect: Dialect,
    lines_before: u32,
) -> AdapterError {
    let text = match error {
        duckdb::Error::DuckDBFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    };
    let (words, place) = split_place(&text);
    let kind = kind_of(words);
    let position = match dialect {
        Dialect::DuckDb => place.and_then(|(line, column)| {
            Some((line.checked_sub(lines_before).filter(|line| *line > 0)?, column))
        }),
        Dialect::GoogleSql => None,
    };
    AdapterError {
        kind,
        code: match kind {
            AdapterErrorKind::Cancelled => "cancelled",
            AdapterErrorKind::Connection => "connection",
            _ => "warehouse-error",
        },
        message: words.to_owned(),
        position,
        step: None,
        help: None,
    }
}

/// The translation's errors as one: the first leads, the others follow in its message.
pub(super) fn translation_error(errors: Vec<SqlError>) -> AdapterError {
    let mut errors = errors.into_iter();
    let Some(first) = errors.next() else {
        return AdapterError {
            kind: AdapterErrorKind::Sql,
            code: "sql-syntax",
            message: "the SQL cannot be translated".to_owned(),
            position: None,
            step: None,
            help: None,
        };
    };
    let mut message = first.message;
    for error in errors {
        message.push_str("\nalso: ");
        message.push_str(&error.message);
    }
    AdapterError {
        kind: AdapterErrorKind::Sql,
        code: first.code,
        message,
        position: Some((first.line, first.column)),
        step: None,
        help: first.help,
    }
}

/// The error of a run that the user stopped.
pub(super) fn cancelled() -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Cancelled,
        code: "cancelled",
        message: "interrupted".to_owned(),
        position: None,
        step: None,
        help: None,
    }
}

/// An error of the adapter's own, about the world rather than about SQL.
pub(super) fn warehouse_error(code: &'static str, message: impl Into<String>) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Warehouse,
        code,
        message: message.into(),
        position: None,
        step: None,
        help: None,
    }
}

/// Whether two transactions wanted the same thing: running again may succeed.
pub(super) fn is_conflict(error: &AdapterError) -> bool {
    error.message.contains("TransactionContext Error")
        && error.message.to_ascii_lowercase().contains("conflict")
}

fn kind_of(words: &str) -> AdapterErrorKind {
    let name = words.split(" Error:").next().unwrap_or_default();
    match name {
        "INTERRUPT" => AdapterErrorKind::Cancelled,
        "Parser" | "Binder" | "Catalog" | "Conversion" | "Invalid Input" | "Out of Range"
        | "Mismatch Type" | "Syntax" | "Constraint" => AdapterErrorKind::Sql,
        _ => AdapterErrorKind::Warehouse,
    }
}

/// DuckDB ends its words with `LINE n: <the line>` and a caret under the place.
fn split_place(text: &str) -> (&str, Option<(u32, u32)>) {
    let Some(at) = text.find("\nLINE ") else { return (text.trim_end(), None) };
    let words = text[..at].trim_end();
    let rest = &text[at + 1..];
    let number = rest["LINE ".len()..].split(':').next().and_then(|text| text.parse().ok());
    let prefix = rest.find(": ").map_or(0, |at| at + 2);
    let mut lines = rest.lines();
    let shortened =
        lines.next().is_some_and(|line| line[prefix.min(line.len())..].starts_with("..."));
    let caret = lines.next().and_then(|line| line.find('^'));
    let column = match caret {
        Some(caret) if !shortened && caret >= prefix => (caret - prefix) as u32 + 1,
        _ => 1,
    };
    (words, number.map(|line| (line, column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_taken_out_of_the_words() {
        let text = "Binder Error: Referenced column \"x\" not found\n\nLINE 3: select x from t\n               ^";
        let (words, place) = split_place(text);
        assert_eq!(words, "Binder Error: Referenced column \"x\" not found");
        assert_eq!(place, Some((3, 8)));
    }

    #[test]
    fn words_without_a_place_stay() {
        assert_eq!(split_place("IO Error: no"), ("IO Error: no", None));
    }
}
