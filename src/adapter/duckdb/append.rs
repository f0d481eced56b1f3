//! Appending rows that are held in memory or kept in a file.

use std::{io::BufRead, path::Path, sync::Arc};

use duckdb::arrow::{
    array::{ArrayRef, BinaryBuilder, StringBuilder},
    datatypes::{DataType, Field, Schema},
    record_batch::RecordBatch,
};

use super::{
    errors::{engine_error, warehouse_error},
    session::Session,
};
use crate::{
    adapter::AdapterError,
    plan::Rows,
    relation::{Cell, Column, Dialect, Relation},
    sql::google_type,
};

/// Rows given to the engine at a time: whole vectors of its own size.
const BATCH_ROWS: usize = 2048 * 8;
/// The temporary table that texts come into before they become values.
const TEXTS: &str = "temp.main.elt_appended";

/// Appends rows to an existing table. Values travel as text and become the columns' types in the
/// engine, so that decimals and timestamps stay exact.
pub(super) fn append(
    session: &Session<'_>,
    relation: &Relation,
    columns: &[Column],
    rows: &Rows,
) -> Result<(), AdapterError> {
    if rows.count() == 0 {
        return Ok(());
    }
    let mut texts = Texts::new(session, columns.len(), |at| is_binary(&columns[at]))?;
    match rows {
        Rows::Held(rows) => rows.iter().try_for_each(|row| texts.push_cells(row))?,
        Rows::Spooled { file, .. } => push_lines(&mut texts, file)?,
    }
    texts.finish()?;
    let names: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
    let values: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| match is_binary(column) {
            true => format!("c{at}"),
            false if google_type(&column.data_type) == "BIGNUMERIC" => {
                format!("googlesql_bignumeric(c{at})")
            }
            false => format!("cast(c{at} as {})", column.data_type),
        })
        .collect();
    session.run(
        &format!(
            "insert into {relation} ({}) select {} from {TEXTS}",
            names.join(", "),
            values.join(", ")
        ),
        0,
    )?;
    session.run(&format!("drop table {TEXTS}"), 0)?;
    Ok(())
}

/// Rows out of a file, one at a time.
fn push_lines(texts: &mut Texts<'_>, file: &Path) -> Result<(), AdapterError> {
    let broken = |error: &dyn std::fmt::Display| {
        warehouse_error("append", format!("`{}` cannot be read back: {error}", file.display()))
    };
    let opened = std::fs::File::open(file).map_err(|error| broken(&error))?;
    for line in std::io::BufReader::new(opened).lines() {
        let line = line.map_err(|error| broken(&error))?;
        let row: Vec<Option<String>> =
            serde_json::from_str(&line).map_err(|error| broken(&error))?;
        texts.push(row.iter().map(Option::as_deref))?;
    }
    Ok(())
}

fn is_binary(column: &Column) -> bool {
    column.data_type.eq_ignore_ascii_case("blob")
}

fn quote(name: &str) -> String {
    Dialect::DuckDb.quote(name)
}

/// A temporary table of texts, filled in batches.
pub(super) struct Texts<'a> {
    appender: duckdb::Appender<'a>,
    columns: Vec<Builder>,
    rows: usize,
}

enum Builder {
    Text(StringBuilder),
    Bytes(BinaryBuilder),
}

impl<'a> Texts<'a> {
    /// The name of the table.
    pub const NAME: &'static str = TEXTS;

    /// An empty table with columns `c0`, `c1`, ….
    pub fn new(
        session: &'a Session<'a>,
        columns: usize,
        is_binary: impl Fn(usize) -> bool,
    ) -> Result<Self, AdapterError> {
        let name = |at| format!("c{at} {}", if is_binary(at) { "BLOB" } else { "VARCHAR" });
        let names: Vec<String> = (0..columns).map(name).collect();
        session
            .run(&format!("create or replace temporary table {TEXTS} ({})", names.join(", ")), 0)?;
        let (_, table) = TEXTS.rsplit_once('.').unwrap_or(("", TEXTS));
        let appender = session
            .connection
            .appender_to_catalog_and_db(table, "temp", "main")
            .map_err(|error| engine_error(&error, Dialect::GoogleSql, 0))?;
        let columns = (0..columns)
            .map(|at| match is_binary(at) {
                true => Builder::Bytes(BinaryBuilder::new()),
                false => Builder::Text(StringBuilder::new()),
            })
            .collect();
        Ok(Self { appender, columns, rows: 0 })
    }

    /// Adds a row of texts.
    pub fn push<'t>(
        &mut self,
        values: impl Iterator<Item = Option<&'t str>>,
    ) -> Result<(), AdapterError> {
        for (builder, value) in self.columns.iter_mut().zip(values) {
            match builder {
                Builder::Text(builder) => builder.append_option(value),
                Builder::Bytes(builder) => builder.append_option(value.map(str::as_bytes)),
            }
        }
        self.count()
    }

    fn push_cells(&mut self, row: &[Cell]) -> Result<(), AdapterError> {
        for (at, builder) in self.columns.iter_mut().enumerate() {
            let cell = row.get(at).unwrap_or(&Cell::Null);
            match (builder, cell) {
                (Builder::Text(builder), cell) => builder.append_option(cell.as_text()),
                (Builder::Bytes(builder), Cell::Bytes(bytes)) => builder.append_value(bytes),
                (Builder::Bytes(builder), cell) => builder.append_option(cell.as_text()),
            }
        }
        self.count()
    }

    fn count(&mut self) -> Result<(), AdapterError> {
        self.rows += 1;
        if self.rows >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), AdapterError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let failed = |error: duckdb::Error| engine_error(&error, Dialect::GoogleSql, 0);
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (at, builder) in self.columns.iter_mut().enumerate() {
            let (kind, array): (DataType, ArrayRef) = match builder {
                Builder::Text(builder) => (DataType::Utf8, Arc::new(builder.finish())),
                Builder::Bytes(builder) => (DataType::Binary, Arc::new(builder.finish())),
            };
            fields.push(Field::new(format!("c{at}"), kind, true));
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|error| super::errors::warehouse_error("append", error.to_string()))?;
        self.appender.append_record_batch(batch).map_err(failed)
    }

    /// Hands over what is left.
    pub fn finish(mut self) -> Result<(), AdapterError> {
        self.flush()?;
        self.appender.flush().map_err(|error| engine_error(&error, Dialect::GoogleSql, 0))
    }
}
