//! The engine's words in the words of the dialect that the user writes.

use crate::{adapter::AdapterError, diagnostic::did_you_mean, relation::Dialect};

/// The types whose names differ, longest first where one begins another.
const TYPES: [(&str, &str); 16] = [
    ("STRUCT(\"BIGNUMERIC()\" BLOB)", "BIGNUMERIC"),
    ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP"),
    ("TIMESTAMPTZ", "TIMESTAMP"),
    ("TIMESTAMP", "DATETIME"),
    ("BIGINT", "INT64"),
    ("INTEGER_LITERAL", "INT64"),
    ("STRING_LITERAL", "STRING"),
    ("INTEGER", "INT64"),
    ("INT32", "INT64"),
    ("HUGEINT", "INT64"),
    ("VARCHAR", "STRING"),
    ("DOUBLE", "FLOAT64"),
    ("FLOAT", "FLOAT64"),
    ("BOOLEAN", "BOOL"),
    ("BLOB", "BYTES"),
    ("DECIMAL", "NUMERIC"),
];

/// Says an error of the engine as GoogleSQL's user knows things: what is missing or wrong, without
/// the engine's own names for kinds of error and types. DuckDB's own dialect keeps DuckDB's words.
pub(super) fn in_words_of(error: AdapterError, dialect: Dialect) -> AdapterError {
    if error.code != "warehouse-error" {
        return error;
    }
    let (kind, words) = split_kind(&error.message);
    let code = code(kind, words);
    if dialect == Dialect::DuckDb {
        return AdapterError { code, ..error };
    }
    let message = message(code, words);
    // The engine suggests whatever is nearest, however far.
    let nearest = words.split_once("Did you mean \"").and_then(|(_, rest)| rest.split_once('"'));
    let help = match (code, nearest, message.split('`').nth(1)) {
        ("missing-table", Some((nearest, _)), Some(name)) => did_you_mean(name, [nearest]),
        _ => None,
    };
    AdapterError { code, message, help: error.help.or(help), ..error }
}

/// `Invalid Input Error: division by zero` in its two parts.
fn split_kind(message: &str) -> (&str, &str) {
    match message.split_once(" Error: ") {
        Some((kind, words)) if kind.chars().all(|c| c.is_alphabetic() || c == ' ') => (kind, words),
        _ => ("", message),
    }
}

fn code(kind: &str, words: &str) -> &'static str {
    let words = words.to_ascii_lowercase();
    if words.contains("division by zero") || words.contains("divide by zero") {
        return "division-by-zero";
    }
    match kind {
        "Catalog"
            if words.starts_with("table with name") || words.starts_with("view with name") =>
        {
            "missing-table"
        }
        "Constraint" => "constraint",
        "Conversion" => "invalid-value",
        "Out of Range" => "out-of-range",
        "Invalid Input" if words.starts_with("bad ") || words.starts_with("could not") => {
            "invalid-value"
        }
        _ => "warehouse-error",
    }
}

fn message(code: &str, words: &str) -> String {
    let said = match code {
        "missing-table" => words
            .split_once(" with name ")
            .and_then(|(_, rest)| rest.split_once(" does not exist"))
            .map(|(name, _)| format!("table `{}` does not exist", name.trim_matches('"'))),
        "constraint" => words.strip_prefix("NOT NULL constraint failed: ").map(|column| {
            let (table, column) = column.rsplit_once('.').unwrap_or(("", column));
            format!("column `{column}` of `{table}` must not be NULL")
        }),
        _ => None,
    };
    said.unwrap_or_else(|| with_our_types(words))
}

/// The names of types replaced, but not inside of quotes: those are the user's.
fn with_our_types(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut quote: Option<char> = None;
    let mut rest = words;
    while let Some(first) = rest.chars().next() {
        let boundary = !out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if quote.is_none() && boundary {
            let found = TYPES.iter().find(|(name, _)| {
                rest.strip_prefix(name).is_some_and(|after| {
                    !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
            });
            if let Some((name, ours)) = found {
                out.push_str(ours);
                rest = &rest[name.len()..];
                continue;
            }
        }
        match quote {
            Some(open) if open == first => quote = None,
            None if matches!(first, '\'' | '"' | '`') => quote = Some(first),
            _ => {}
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::duckdb::errors::warehouse_error;

    fn said(text: &str, dialect: Dialect) -> (&'static str, String) {
        let error = in_words_of(warehouse_error("warehouse-error", text), dialect);
        (error.code, error.message)
    }

    #[test]
    fn engine_words_become_the_users() {
        for (engine, code, ours) in [
            ("Invalid Input Error: division by zero", "division-by-zero", "division by zero"),
            (
                "Catalog Error: Table with name \"s.t\" does not exist because schema \"s\" does not exist.",
                "missing-table",
                "table `s.t` does not exist",
            ),
            (
                "Catalog Error: Table with name nowhere does not exist!\nDid you mean \"here\"?",
                "missing-table",
                "table `nowhere` does not exist",
            ),
            (
                "Constraint Error: NOT NULL constraint failed: orders.id",
                "constraint",
                "column `id` of `orders` must not be NULL",
            ),
            (
                "Binder Error: Cannot compare values of type VARCHAR and BIGINT, 'BIGINT' is no column",
                "warehouse-error",
                "Cannot compare values of type STRING and INT64, 'BIGINT' is no column",
            ),
            (
                "Conversion Error: no TIMESTAMP WITH TIME ZONE, no TIMESTAMP_S",
                "invalid-value",
                "no TIMESTAMP, no TIMESTAMP_S",
            ),
        ] {
            assert_eq!(said(engine, Dialect::GoogleSql), (code, ours.to_owned()));
            assert_eq!(said(engine, Dialect::DuckDb), (code, engine.to_owned()));
        }
    }
}
