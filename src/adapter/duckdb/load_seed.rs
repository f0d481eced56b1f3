//! Loading a CSV file.

use std::path::Path;

use super::{append::Texts, errors::warehouse_error, session::Session};
use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    plan::csv::{Reader, is_null},
    relation::{Column, Dialect, Relation},
};

/// Loads the file into a new table, replacing it; the number of rows. The file is read row by row:
/// its size does not matter.
pub(super) fn load(
    session: &Session<'_>,
    relation: &Relation,
    file: &Path,
    columns: &[Column],
    delimiter: u8,
) -> Result<u64, AdapterError> {
    let broken = |message: String| AdapterError {
        kind: AdapterErrorKind::Sql,
        ..warehouse_error("invalid-seed", format!("{}: {message}", file.display()))
    };
    let read = std::fs::File::open(file).map_err(|error| broken(error.to_string()))?;
    let mut reader = Reader::new(std::io::BufReader::new(read), delimiter);
    let is_text: Vec<bool> = columns.iter().map(|column| is_text(&column.data_type)).collect();
    let mut texts = Texts::new(session, columns.len(), |_| false)?;
    let mut rows = 0;
    let mut header = true;
    while let Some(row) = reader.next_row().map_err(|error| broken(error.to_string()))? {
        if std::mem::take(&mut header) {
            continue;
        }
        if row.fields().len() != columns.len() {
            let (found, wanted) = (row.fields().len(), columns.len());
            let line = row.line;
            return Err(broken(format!("line {line} has {found} values, the header {wanted}")));
        }
        let values = row
            .fields()
            .iter()
            .zip(&is_text)
            .map(|(field, is_text)| (!is_null(field, *is_text)).then_some(field.text.as_str()));
        texts.push(values)?;
        rows += 1;
    }
    texts.finish()?;
    let values: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let name = Dialect::DuckDb.quote(&column.name);
            let value = if is_text[at] { format!("c{at}") } else { format!("trim(c{at})") };
            format!("cast({value} as {}) as {name}", column.data_type)
        })
        .collect();
    let source = Texts::NAME;
    session.run(
        &format!(
            "create or replace table {relation} as select {} from {source}",
            values.join(", ")
        ),
        0,
    )?;
    session.run(&format!("drop table {source}"), 0)?;
    Ok(rows)
}

fn is_text(data_type: &str) -> bool {
    let upper = data_type.to_ascii_uppercase();
    matches!(upper.split('(').next(), Some("VARCHAR" | "TEXT" | "STRING" | "CHAR" | "BPCHAR"))
}
