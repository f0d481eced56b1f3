//! Rows on their way into a load job: a file of JSON lines, a row each. Read and written row by row:
//! memory does not grow with the data
//! (<https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json>).

use std::{
    borrow::Cow,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use base64::Engine as _;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::failed;
use crate::{
    adapter::{AdapterError, AdapterErrorKind, Cancel},
    plan::{
        LandTable, RowBatch, Rows, Values,
        csv::{CsvError, Reader, is_null},
    },
    relation::{Cell, Column},
};

/// The file, deleted when it is not needed any more.
pub(super) struct Spool {
    /// Where it is.
    pub path: PathBuf,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What cannot be deleted is in the system's folder for such files.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The rows of a seed's file.
pub(super) fn seed(file: &Path, columns: &[Column], delimiter: u8) -> Result<Spool, AdapterError> {
    let opened = File::open(file).map_err(|error| {
        failed("invalid-seed", format!("cannot read `{}`: {error}", file.display()))
    })?;
    let mut reader = Reader::new(BufReader::new(opened), delimiter);
    let kinds: Vec<Kind> = columns.iter().map(Kind::of).collect();
    let mut writer = Writer::create()?;
    let mut header = true;
    while let Some(row) = reader.next_row().map_err(|error| wrong(&error))? {
        if std::mem::take(&mut header) {
            continue;
        }
        if row.fields().len() != columns.len() {
            let (found, wanted) = (row.fields().len(), columns.len());
            let message = format!("the row has {found} values, the header {wanted}");
            return Err(wrong(&CsvError { message, line: row.line, column: 1 }));
        }
        writer.begin();
        for ((field, column), kind) in row.fields().iter().zip(columns).zip(&kinds) {
            if is_null(field, *kind == Kind::Text) {
                continue;
            }
            let written = writer.value(&column.name, *kind, &field.text);
            written.map_err(|()| {
                let (text, name) = (&field.text, &column.name);
                let message =
                    format!("`{text}` in column `{name}` is not of type {}", column.data_type);
                wrong(&CsvError { message, line: field.line, column: field.column })
            })?;
        }
        writer.end()?;
    }
    writer.finish()
}

/// Rows held in memory or kept in a file of the program's own.
pub(super) fn rows(columns: &[Column], rows: &Rows) -> Result<Spool, AdapterError> {
    let kinds: Vec<Kind> = columns.iter().map(Kind::of).collect();
    let mut writer = Writer::create()?;
    let misfit = |column: &Column| {
        let (name, data_type) = (&column.name, &column.data_type);
        failed("append", format!("a value of `{name}` is not of type {data_type}"))
    };
    match rows {
        Rows::Held(rows) => {
            for row in rows.iter() {
                writer.begin();
                for ((cell, column), kind) in row.iter().zip(columns).zip(&kinds) {
                    let written = match (cell, *kind) {
                        (Cell::Null, _) => Ok(()),
                        (Cell::Bytes(bytes), Kind::Bytes) => writer.bytes(&column.name, bytes),
                        // Bytes are no text.
                        (Cell::Bytes(_), _) => Err(()),
                        (cell, kind) => writer.value(&column.name, kind, &text(cell)),
                    };
                    written.map_err(|()| misfit(column))?;
                }
                writer.end()?;
            }
        }
        Rows::Spooled { file, .. } => {
            let broken = |error: &dyn std::fmt::Display| {
                failed("append", format!("`{}` cannot be read back: {error}", file.display()))
            };
            let opened = File::open(file).map_err(|error| broken(&error))?;
            for line in BufReader::new(opened).lines() {
                let line = line.map_err(|error| broken(&error))?;
                let row: Vec<Option<String>> =
                    serde_json::from_str(&line).map_err(|error| broken(&error))?;
                writer.begin();
                for ((value, column), kind) in row.iter().zip(columns).zip(&kinds) {
                    if let Some(text) = value {
                        let written = writer.value(&column.name, *kind, text);
                        written.map_err(|()| misfit(column))?;
                    }
                }
                writer.end()?;
            }
        }
    }
    writer.finish()
}

/// Rows that come in batches: a file for each table that gets any.
pub(super) fn batches(
    tables: &[LandTable],
    batches: impl Iterator<Item = Result<RowBatch, String>>,
    cancel: &Cancel,
) -> Result<Vec<Option<Spool>>, AdapterError> {
    let kinds: Vec<Vec<Kind>> =
        tables.iter().map(|table| table.columns.iter().map(Kind::of).collect()).collect();
    let mut writers: Vec<Option<Writer>> = tables.iter().map(|_| None).collect();
    for batch in batches {
        if cancel.is_cancelled() {
            return Err(super::apply::cancelled());
        }
        let batch = batch.map_err(|message| failed("load", message))?;
        let (Some(table), Some(kinds), Some(slot)) =
            (tables.get(batch.table), kinds.get(batch.table), writers.get_mut(batch.table))
        else {
            return Err(failed("load", "this is a bug in elt: rows of no table".to_owned()));
        };
        if batch.rows == 0 {
            continue;
        }
        let writer = match slot {
            Some(writer) => writer,
            None => slot.insert(Writer::create()?),
        };
        let mut columns: Vec<_> = batch.columns.iter().map(value_texts).collect();
        for _ in 0..batch.rows {
            writer.begin();
            for ((texts, column), kind) in columns.iter_mut().zip(&table.columns).zip(kinds) {
                if let Some(text) = texts.next().flatten() {
                    writer.value(&column.name, *kind, &text).map_err(|()| {
                        let (name, data_type) = (&column.name, &column.data_type);
                        failed("load", format!("a value of `{name}` is not of type {data_type}"))
                    })?;
                }
            }
            writer.end()?;
        }
    }
    writers.into_iter().map(|writer| writer.map(Writer::finish).transpose()).collect()
}

/// A column's values as text, one after the other.
fn value_texts(values: &Values) -> Box<dyn Iterator<Item = Option<Cow<'_, str>>> + '_> {
    match values {
        Values::Same(text) => Box::new(std::iter::repeat_with(|| Some(Cow::Borrowed(&**text)))),
        Values::SameTime(micros) => {
            let text = moment(*micros);
            Box::new(std::iter::repeat_with(move || text.clone().map(Cow::Owned)))
        }
        Values::Texts(texts) => Box::new(texts.iter().map(|text| text.map(Cow::Borrowed))),
        Values::Ints(values) => {
            Box::new(values.iter().map(|value| Some(Cow::Owned(value.to_string()))))
        }
        Values::Times(values) => {
            Box::new(values.iter().map(|value| value.and_then(moment).map(Cow::Owned)))
        }
    }
}

fn moment(micros: i64) -> Option<String> {
    let moment = chrono::DateTime::from_timestamp_micros(micros)?;
    Some(moment.to_rfc3339_opts(chrono::SecondsFormat::Micros, false))
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As a text.
    Text,
    /// As a text, blanks around it taken off: BigQuery reads numbers and dates from texts exactly.
    Plain,
    /// As `true` or `false`.
    Bool,
    /// As it is: JSON, arrays and structs.
    Json,
    /// In base 64.
    Bytes,
}

impl Kind {
    fn of(column: &Column) -> Self {
        let upper = column.data_type.trim().to_ascii_uppercase();
        match upper.split(['(', '<', ' ']).next().unwrap_or_default() {
            "STRING" => Self::Text,
            "BOOL" | "BOOLEAN" => Self::Bool,
            "JSON" | "ARRAY" | "STRUCT" => Self::Json,
            "BYTES" => Self::Bytes,
            _ => Self::Plain,
        }
    }
}

struct Writer {
    file: BufWriter<File>,
    spool: Spool,
    line: Vec<u8>,
}

impl Writer {
    fn create() -> Result<Self, AdapterError> {
        let path = std::env::temp_dir().join(format!("elt-load-{}.jsonl", uuid::Uuid::new_v4()));
        let mut options = File::options();
        options.write(true).create_new(true);
        // Others on the machine have no business with the data.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path);
        let file = file.map_err(|error| {
            failed("load-file", format!("`{}` cannot be written: {error}", path.display()))
        })?;
        let spool = Spool { path, rows: 0, bytes: 0 };
        Ok(Self { file: BufWriter::new(file), spool, line: Vec::new() })
    }

    fn begin(&mut self) {
        self.line.clear();
        self.line.push(b'{');
    }

    fn name(&mut self, name: &str) -> Result<(), ()> {
        if self.line.len() > 1 {
            self.line.push(b',');
        }
        push(&mut self.line, &name)?;
        self.line.push(b':');
        Ok(())
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), ()> {
        self.name(name)?;
        push(&mut self.line, &base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    /// Writes one value of the row; a NULL is one that is not written.
    fn value(&mut self, name: &str, kind: Kind, text: &str) -> Result<(), ()> {
        if kind == Kind::Bytes {
            return self.bytes(name, text.as_bytes());
        }
        let plain = text.trim();
        self.name(name)?;
        match kind {
            Kind::Text => push(&mut self.line, &text),
            Kind::Plain | Kind::Bytes => push(&mut self.line, &plain),
            Kind::Bool => match plain.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "y" | "1" => push(&mut self.line, &true),
                "false" | "f" | "no" | "n" | "0" => push(&mut self.line, &false),
                _ => Err(()),
            },
            Kind::Json => {
                // Written as it is, so that numbers keep their digits; a line end would end the row.
                let _: IgnoredAny = serde_json::from_str(plain).map_err(|_| ())?;
                self.line.extend(plain.bytes().map(|b| if b == b'\n' { b' ' } else { b }));
                Ok(())
            }
        }
    }

    fn end(&mut self) -> Result<(), AdapterError> {
        self.line.extend(b"}\n");
        self.spool.rows += 1;
        self.spool.bytes += self.line.len() as u64;
        self.file.write_all(&self.line).map_err(|error| cut(&error))
    }

    fn finish(mut self) -> Result<Spool, AdapterError> {
        self.file.flush().map_err(|error| cut(&error))?;
        Ok(self.spool)
    }
}

fn push(line: &mut Vec<u8>, value: &impl serde::Serialize) -> Result<(), ()> {
    serde_json::to_writer(line, value).map_err(|_| ())
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Bool(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Text(value) | Cell::Decimal(value) => value.clone(),
        Cell::Null | Cell::Bytes(_) | Cell::List(_) | Cell::Struct(_) => json(cell).to_string(),
    }
}

fn json(cell: &Cell) -> Value {
    match cell {
        Cell::List(cells) => cells.iter().map(json).collect(),
        Cell::Struct(fields) => {
            let fields = fields.iter().map(|(name, cell)| (name.clone(), json(cell)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::from(*value),
        Cell::Int(value) => Value::from(*value),
        Cell::Float(value) if value.is_finite() => Value::from(*value),
        // No number of JSON: BigQuery reads it from its name.
        Cell::Float(value) => Value::from(value.to_string()),
        Cell::Text(value) | Cell::Decimal(value) => Value::from(value.as_str()),
        Cell::Bytes(bytes) => Value::from(base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
}

fn cut(error: &std::io::Error) -> AdapterError {
    failed("load-file", format!("the file of a load job cannot be written: {error}"))
}

fn wrong(error: &CsvError) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Sql,
        position: Some((error.line, error.column)),
        ..failed("invalid-seed", error.message.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: &str) -> Column {
        Column { name: name.to_owned(), data_type: data_type.to_owned() }
    }

    #[test]
    fn a_seed_becomes_lines_of_json() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("s.csv");
        std::fs::write(
            &file,
            "id,name,ok,j\n 1 ,\"a\nb\",true,\"{\"\"k\"\":\n1}\"\n2,,,\n3,\"\",f,[1]\n",
        )
        .expect("a file");
        let columns = [
            column("id", "int64"),
            column("name", "STRING"),
            column("ok", "bool"),
            column("j", "JSON"),
        ];
        let spool = seed(&file, &columns, b',').expect("a good seed");
        let text = std::fs::read_to_string(&spool.path).expect("lines");
        assert_eq!(
            text,
            "{\"id\":\"1\",\"name\":\"a\\nb\",\"ok\":true,\"j\":{\"k\": 1}}\n{\"id\":\"2\"}\n\
             {\"id\":\"3\",\"name\":\"\",\"ok\":false,\"j\":[1]}\n"
        );
        assert_eq!(spool.rows, 3);
        let path = spool.path.clone();
        drop(spool);
        assert!(!path.exists());
        std::fs::write(&file, "id,ok\n1,maybe\n").expect("a file");
        let error = seed(&file, &[column("id", "INT64"), column("ok", "BOOL")], b',');
        let error = error.err().expect("a wrong value");
        assert_eq!(error.position, Some((2, 3)));
        assert_eq!(error.message, "`maybe` in column `ok` is not of type BOOL");
    }

    #[test]
    fn held_rows_become_lines_of_json() {
        let cells = vec![Cell::Int(1), Cell::Null, Cell::List(vec![Cell::Int(2)])];
        let columns = [column("a", "INT64"), column("b", "STRING"), column("c", "ARRAY<INT64>")];
        let spool = rows(&columns, &Rows::Held(std::sync::Arc::new(vec![cells]))).expect("rows");
        let text = std::fs::read_to_string(&spool.path).expect("lines");
        assert_eq!(text, "{\"a\":\"1\",\"c\":[2]}\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&spool.path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }

    #[test]
    fn bytes_and_numbers_that_json_lacks_arrive_as_they_are() {
        let lines = |column: Column, cell: Cell| {
            let held = Rows::Held(std::sync::Arc::new(vec![vec![cell]]));
            let spool = rows(&[column], &held).map_err(|error| error.message)?;
            Ok(std::fs::read_to_string(&spool.path).expect("lines"))
        };
        let bytes = || Cell::Bytes(vec![0, 255, 254]);
        assert_eq!(lines(column("b", "BYTES"), bytes()), Ok("{\"b\":\"AP/+\"}\n".to_owned()));
        let wrong = Err("a value of `b` is not of type STRING".to_owned());
        assert_eq!(lines(column("b", "STRING"), bytes()), wrong);
        let list = Cell::List(vec![Cell::Float(f64::NAN), Cell::Float(0.5)]);
        let line = Ok("{\"f\":[\"NaN\",0.5]}\n".to_owned());
        assert_eq!(lines(column("f", "ARRAY<FLOAT64>"), list), line);
    }
}
