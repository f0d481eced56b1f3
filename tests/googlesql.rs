//! GoogleSQL on the embedded engine: every file of `cases/googlesql` is translated and run, and
//! what comes out is what BigQuery documents.

use std::fmt::Write as _;

use elt::sql::{NoSchemas, translate_query};

/// The translation, then the rows or the error, as text.
fn outcome(sql: &str) -> String {
    let mut out = String::new();
    match translate_query(sql, &NoSchemas) {
        Err(errors) => {
            for error in errors {
                let _ = writeln!(out, "{}: {error}", error.code);
                if let Some(help) = error.help {
                    let _ = writeln!(out, "  help: {help}");
                }
            }
        }
        Ok(text) => {
            let _ = writeln!(out, "{text}\n");
            match rows(&text) {
                Ok(lines) => out.push_str(&lines),
                Err(error) => {
                    let first = error.to_string();
                    let _ = writeln!(out, "error: {}", first.lines().next().unwrap_or_default());
                }
            }
        }
    }
    out
}

fn rows(sql: &str) -> duckdb::Result<String> {
    let connection = duckdb::Connection::open_in_memory()?;
    elt::adapter::duckdb::register_functions(&connection)?;
    connection.execute_batch("SET TimeZone = 'UTC'")?;
    // Everything as text: the engine's own words for each value.
    let mut statement =
        connection.prepare(&format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql}) AS t"))?;
    let mut found = statement.query([])?;
    let mut out = String::new();
    while let Some(row) = found.next()? {
        let names: Vec<String> = row.as_ref().column_names();
        for (at, name) in names.iter().enumerate() {
            let value: Option<String> = row.get(at)?;
            let _ = writeln!(out, "{name} = {}", value.as_deref().unwrap_or("NULL"));
        }
        out.push_str("--\n");
    }
    Ok(out)
}

#[test]
fn cases_give_what_bigquery_documents() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/googlesql");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    for case in cases {
        let sql = std::fs::read_to_string(&case).expect("the case can be read");
        let name = case.file_stem().expect("a file").to_string_lossy().into_owned();
        insta::assert_snapshot!(name, outcome(&sql));
    }
}

proptest::proptest! {
    /// Whatever is written, the answer is a translation or errors, never a panic.
    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}|(select|from|where|\\(|\\)|,|a|1|'x'|`t`|\\.|\\*|case|when|end|unnest|struct|\\[|\\]| ){0,30}") {
        let _ = translate_query(&text, &NoSchemas);
    }

    #[test]
    fn deep_nesting_is_an_error(depth in 1usize..400) {
        let sql = format!("select {}1{}", "(".repeat(depth), ")".repeat(depth));
        let _ = translate_query(&sql, &NoSchemas);
    }
}
