//! GoogleSQL on the embedded engine: every file of `cases/googlesql` is translated and run, and
//! what comes out is what BigQuery documents.

use std::fmt::Write as _;

use elt::adapter::{
    Adapter, Cancel,
    duckdb::{DuckDbAdapter, DuckDbOptions},
};
use elt::relation::Dialect;
use elt::sql::{NoSchemas, STACK_BYTES, translate_query, translate_statements};

/// The translation, then the rows or the error, as text.
fn outcome(sql: &str) -> String {
    let mut out = String::new();
    match translate_query(sql, &NoSchemas) {
        Err(errors) => {
            out.push_str(&refusals(errors));
        }
        Ok(text) => {
            let _ = writeln!(out, "{text}\n");
            match connection().and_then(|connection| rows(&connection, &text)) {
                Ok(lines) => out.push_str(&lines),
                Err(error) => out.push_str(&first_line(&error)),
            }
        }
    }
    out
}

/// The translations of statements, each with its rows or error, run one after the other.
fn statements_outcome(sql: &str) -> String {
    let statements = match translate_statements(sql, &NoSchemas) {
        Err(errors) => return refusals(errors),
        Ok(statements) => statements,
    };
    let connection = connection().expect("a database");
    let mut out = String::new();
    for statement in statements {
        let _ = writeln!(out, "{}", statement.sql);
        let result = match statement.is_query {
            true => rows(&connection, &statement.sql),
            false => connection.execute_batch(&statement.sql).map(|()| String::new()),
        };
        match result {
            Ok(lines) => out.push_str(&lines),
            Err(error) => out.push_str(&first_line(&error)),
        }
    }
    out
}

/// The rows of a script's last query, or its error with its place.
fn script_outcome(sql: &str) -> String {
    let options = DuckDbOptions::new(Dialect::GoogleSql, ":memory:", "memory");
    let adapter = DuckDbAdapter::open(options).expect("a database");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let table = match runtime.block_on(adapter.query(sql, None, &Cancel::default())) {
        Ok(table) => table,
        Err(error) => return format!("{}: {error} {:?}\n", error.code, error.position),
    };
    let mut out = String::new();
    for row in table.rows {
        for (column, cell) in table.columns.iter().zip(row) {
            let _ = writeln!(out, "{} {} = {cell:?}", column.name, column.data_type);
        }
        out.push_str("--\n");
    }
    out
}

fn refusals(errors: Vec<elt::sql::SqlError>) -> String {
    let mut out = String::new();
    for error in errors {
        let _ = writeln!(out, "{}: {error}", error.code);
        if let Some(help) = error.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

fn first_line(error: &duckdb::Error) -> String {
    format!("error: {}\n", error.to_string().lines().next().unwrap_or_default())
}

fn connection() -> duckdb::Result<duckdb::Connection> {
    let connection = duckdb::Connection::open_in_memory()?;
    elt::adapter::duckdb::register_functions(&connection)?;
    connection.execute_batch("SET TimeZone = 'UTC'")?;
    Ok(connection)
}

fn rows(connection: &duckdb::Connection, sql: &str) -> duckdb::Result<String> {
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
    for_each_case("googlesql", |name, sql| insta::assert_snapshot!(name, outcome(sql)));
}

#[test]
fn statements_do_what_bigquery_documents() {
    for_each_case("googlesql_statements", |name, sql| {
        insta::assert_snapshot!(format!("statements_{name}"), statements_outcome(sql));
    });
}

#[test]
fn scripts_do_what_bigquery_documents() {
    for_each_case("googlesql_scripts", |name, sql| {
        insta::assert_snapshot!(format!("script_{name}"), script_outcome(sql));
    });
}

fn for_each_case(area: &str, check: impl Fn(&str, &str)) {
    let folder = format!("{}/tests/cases/{area}", env!("CARGO_MANIFEST_DIR"));
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    for case in cases {
        let sql = std::fs::read_to_string(&case).expect("the case can be read");
        check(&case.file_stem().expect("a file").to_string_lossy(), &sql);
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
        let read = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
            let _ = translate_query(&sql, &NoSchemas);
        });
        proptest::prop_assert!(read.expect("a thread").join().is_ok());
    }
}
