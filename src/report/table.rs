//! `elt show` and `run_query` previews: a result as a table, JSON or CSV.

use serde_json::Value;
use tabled::{
    builder::Builder,
    settings::{Alignment, Style, object::Columns},
};

use super::quantity::cut;
use crate::relation::{Cell, Table};

/// `--output` of `elt show`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableFormat {
    /// A bordered table.
    #[default]
    Text,
    /// A JSON array of objects.
    Json,
    /// CSV with a header.
    Csv,
}

/// Longest cell shown in a text table; JSON and CSV show all.
const MAX_CELL_WIDTH: usize = 60;

/// Renders a result. Ends without a line end.
pub fn render_table(table: &Table, format: TableFormat) -> String {
    match format {
        TableFormat::Text => text(table),
        TableFormat::Json => {
            let row = |row: &Vec<Cell>| {
                let names = table.columns.iter().map(|column| column.name.clone());
                Value::Object(names.zip(row.iter().map(cell_json)).collect())
            };
            let rows: Vec<Value> = table.rows.iter().map(row).collect();
            serde_json::to_string_pretty(&rows).expect("JSON values always serialize")
        }
        TableFormat::Csv => csv(table),
    }
}

fn text(table: &Table) -> String {
    let mut builder = Builder::default();
    builder.push_record(table.columns.iter().map(|column| column.name.clone()));
    for row in &table.rows {
        builder.push_record(row.iter().map(|cell| {
            let one_line = cell_text(cell).replace('\n', "⏎").replace(['\r', '\t'], " ");
            cut(&one_line, MAX_CELL_WIDTH)
        }));
    }
    let mut rendered = builder.build();
    rendered.with(Style::psql());
    for at in 0..table.columns.len() {
        let number = |row: &Vec<Cell>| {
            matches!(row.get(at), Some(Cell::Int(_) | Cell::Float(_) | Cell::Decimal(_)))
        };
        if table.rows.iter().any(number) {
            rendered.modify(Columns::one(at), Alignment::right());
        }
    }
    let lines = rendered.to_string();
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn csv(table: &Table) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: Vec<String>| {
        writer.write_record(record).expect("records of one length into memory cannot fail");
    };
    write(table.columns.iter().map(|column| column.name.clone()).collect());
    for row in &table.rows {
        let field = |cell: &Cell| match cell {
            Cell::Null => String::new(),
            other => cell_text(other),
        };
        write(row.iter().map(field).collect());
    }
    let bytes = writer.into_inner().expect("flushing into memory cannot fail");
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}

/// A decimal without the zeros that say nothing, as BigQuery shows it.
fn shortest(decimal: &str) -> &str {
    match decimal.contains('.') {
        true => decimal.trim_end_matches('0').trim_end_matches('.'),
        false => decimal,
    }
}

/// A value as one reads it; NULL as `null`.
fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Decimal(text) => shortest(text).to_owned(),
        other => match cell_json(other) {
            Value::String(text) => text,
            value => value.to_string(),
        },
    }
}

/// A value as JSON. Decimals stay exact as text; bytes are hexadecimal.
fn cell_json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Bool(*value),
        Cell::Int(value) => (*value).into(),
        // JSON has no NaN and no infinity; their names are kept.
        Cell::Float(value) if value.is_finite() => (*value).into(),
        Cell::Float(value) => Value::String(value.to_string()),
        Cell::Text(text) => Value::String(text.clone()),
        Cell::Decimal(text) => Value::String(shortest(text).to_owned()),
        Cell::Bytes(bytes) => {
            Value::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        Cell::List(cells) => Value::Array(cells.iter().map(cell_json).collect()),
        Cell::Struct(fields) => {
            let field = |(name, cell): &(String, Cell)| (name.clone(), cell_json(cell));
            Value::Object(fields.iter().map(field).collect())
        }
    }
}
