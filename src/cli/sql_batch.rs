//! `elt sql --batch`: one JSON answer for each JSON line, for test harnesses and editors.
//!
//! Asked `{"id": …, "setup": "<statement>"}` it runs the statement, asked `{"id": …, "sql":
//! "<query>"}` it answers with columns (GoogleSQL types) and rows: integers as numbers, decimals as
//! text, bytes in base64, NaN and infinities by name, structs as lists. What the engine refuses by
//! name has `"unsupported": true`.

use std::io::BufRead;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::{
    adapter::{
        Adapter, AdapterError, Cancel,
        duckdb::{DuckDbAdapter, DuckDbOptions},
    },
    diagnostic::Diagnostic,
    relation::{Cell, Dialect},
    report::Report,
    run::ExitCode,
    sql::{Type, gives_structs},
};

/// Answers until stdin ends.
///
/// # Errors
/// The exit code, where the engine cannot be opened or stdin cannot be read.
pub fn run(report: &Report, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let failed = |code: &'static str, message: String| {
        report.diagnostics(&[Diagnostic::error(code, message)]);
        ExitCode::Usage
    };
    let options = DuckDbOptions::new(Dialect::GoogleSql, ":memory:", "memory");
    let adapter =
        DuckDbAdapter::open(options).map_err(|error| failed(error.code, error.message))?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| failed("cannot-read", error.to_string()))?;
        if !line.trim().is_empty() {
            report.data(&answer(&adapter, handle, &line).to_string());
        }
    }
    Ok(ExitCode::Success)
}

fn answer(adapter: &dyn Adapter, handle: &Handle, line: &str) -> Value {
    let asked: Value = match serde_json::from_str(line) {
        Ok(asked) => asked,
        Err(error) => {
            return json!({"id": null, "ok": false, "error": format!("not JSON: {error}")});
        }
    };
    let id = &asked["id"];
    let run = |sql: &str| handle.block_on(adapter.query(sql, None, &Cancel::default()));
    if let Some(statement) = asked["setup"].as_str() {
        return match run(statement) {
            Ok(_) => json!({"id": id, "ok": true}),
            Err(error) => refusal(id, &error),
        };
    }
    let Some(query) = asked["sql"].as_str() else {
        return json!({"id": id, "ok": false, "error": "expected `sql` or `setup`"});
    };
    match run(query) {
        Ok(table) => {
            let columns: Vec<Value> = table
                .columns
                .iter()
                .map(|column| json!({"name": column.name, "type": column.data_type}))
                .collect();
            let kinds: Vec<Type> = table
                .columns
                .iter()
                .map(|column| Type::parse(&column.data_type).unwrap_or_default())
                .collect();
            let rows: Vec<Value> = table
                .rows
                .iter()
                .map(|row| row.iter().zip(&kinds).map(|(cell, kind)| encode(cell, kind)).collect())
                .collect();
            if !gives_structs(query) {
                return json!({"id": id, "ok": true, "columns": columns, "rows": rows});
            }
            // Rows that are structs are one column without a name.
            let fields: Vec<String> = table
                .columns
                .iter()
                .map(|column| format!("`{}` {}", column.name, column.data_type))
                .collect();
            let column = json!({"name": "", "type": format!("STRUCT<{}>", fields.join(", "))});
            let rows: Vec<Value> = rows.into_iter().map(|row| json!([row])).collect();
            json!({"id": id, "ok": true, "columns": [column], "rows": rows})
        }
        Err(error) => refusal(id, &error),
    }
}

fn refusal(id: &Value, error: &AdapterError) -> Value {
    let unsupported = error.code.starts_with("unsupported-");
    json!({"id": id, "ok": false, "error": error.message, "unsupported": unsupported})
}

fn encode(cell: &Cell, kind: &Type) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => (*value).into(),
        Cell::Int(value) => (*value).into(),
        Cell::Float(value) if value.is_finite() => (*value).into(),
        Cell::Float(value) => Value::String(value.to_string()),
        Cell::Text(text) if *kind == Type::Timestamp => {
            Value::String(text.strip_suffix(":00").unwrap_or(text).to_owned())
        }
        Cell::Text(text) | Cell::Decimal(text) => Value::String(text.clone()),
        Cell::Bytes(bytes) => Value::String(STANDARD.encode(bytes)),
        Cell::List(cells) => {
            let element = match kind {
                Type::Array(element) => element.as_ref(),
                _ => &Type::Unknown,
            };
            cells.iter().map(|cell| encode(cell, element)).collect()
        }
        Cell::Struct(values) => {
            let fields: &[(String, Type)] = match kind {
                Type::Struct(fields) => fields,
                _ => &[],
            };
            let kind = |at: usize| fields.get(at).map_or(&Type::Unknown, |(_, kind)| kind);
            values.iter().enumerate().map(|(at, (_, cell))| encode(cell, kind(at))).collect()
        }
    }
}
