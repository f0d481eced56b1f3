//! Loading a CSV file.

use std::{fs::File, io::BufReader, path::Path};

use super::{
    append::Texts,
    errors::warehouse_error,
    seed_values::{is_text, seed_value},
    session::Session,
};
use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    plan::csv::{CsvError, Reader, is_null},
    relation::{Cell, Column, Dialect, Relation},
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
    let mut reader = open(file, delimiter)?;
    let is_text: Vec<bool> = columns.iter().map(|column| is_text(&column.data_type)).collect();
    let mut texts = Texts::new(session, columns.len(), |_| false)?;
    let mut rows = 0;
    let mut header = true;
    while let Some(row) = reader.next_row().map_err(|error| broken(&error))? {
        if std::mem::take(&mut header) {
            continue;
        }
        if row.fields().len() != columns.len() {
            let (found, wanted) = (row.fields().len(), columns.len());
            let message = format!("the row has {found} values, the header {wanted}");
            return Err(broken(&CsvError { message, line: row.line, column: 1 }));
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
    let mut values = Vec::with_capacity(columns.len());
    // Asked before, since a failing statement would end the transaction and the texts with it.
    for (at, column) in columns.iter().enumerate() {
        let read = seed_value(session, &format!("c{at}"), column)?;
        if let Some(tried) = read.tried
            && let Some((row, text)) = first_wrong(session, at, &tried)?
        {
            return Err(wrong_value((file, delimiter), (at, row), column, &text));
        }
        values.push(format!("{} as {}", read.value, Dialect::DuckDb.quote(&column.name)));
    }
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

fn open(file: &Path, delimiter: u8) -> Result<Reader<BufReader<File>>, AdapterError> {
    let read = File::open(file).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", file.display());
        warehouse_error("invalid-seed", message)
    })?;
    Ok(Reader::new(BufReader::new(read), delimiter))
}

/// A mistake in the file; the position is the file's.
fn broken(error: &CsvError) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Sql,
        position: Some((error.line, error.column)),
        ..warehouse_error("invalid-seed", error.message.clone())
    }
}

/// The first value of a column that is not of its type, and the number of its row from 0.
fn first_wrong(
    session: &Session<'_>,
    at: usize,
    tried: &str,
) -> Result<Option<(usize, String)>, AdapterError> {
    let sql = format!(
        "select rowid - (select min(rowid) from {0}), c{at} from {0} where c{at} is not null and \
         ({tried}) is null order by rowid limit 1",
        Texts::NAME
    );
    let table = session.rows(&sql, Some(1))?;
    Ok(match table.rows.first().map(Vec::as_slice) {
        Some([Cell::Int(row), Cell::Text(text)]) => Some((*row as usize, text.clone())),
        _ => None,
    })
}

/// Says a value that is not of its column's type, where it is in the file.
fn wrong_value(
    (file, delimiter): (&Path, u8),
    (at, row): (usize, usize),
    column: &Column,
    text: &str,
) -> AdapterError {
    let data_type = column.data_type.to_ascii_uppercase();
    let message = format!("`{text}` in column `{}` is not of type {data_type}", column.name);
    // The file is read again up to the row: places of all values would have cost every good load.
    let place = open(file, delimiter).ok().and_then(|mut reader| {
        for _ in 0..=row {
            reader.next_row().ok()??;
        }
        let found = reader.next_row().ok()??;
        found.fields().get(at).map(|field| (field.line, field.column))
    });
    let (line, column) = place.unwrap_or((1, 1));
    broken(&CsvError { message, line, column })
}
