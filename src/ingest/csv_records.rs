//! Records of CSV files: objects of texts, named by the header.

use std::{
    cell::Cell,
    io::{BufRead, Read},
};

use csv::{ByteRecord, ReaderBuilder};

use super::CsvOptions;

/// Bytes of one row at most: it is held in memory.
const MAX_ROW_BYTES: usize = 64 * 1024 * 1024;
/// A mark that some programs put before the header.
const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Gives every row as the text of a JSON object to `on`; every value is a text, as it is written.
///
/// # Errors
/// A sentence with file and line.
pub fn csv_records(
    options: &CsvOptions,
    uri: &str,
    input: impl BufRead,
    on: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let left = Cell::new(MAX_ROW_BYTES);
    let mut reader = ReaderBuilder::new()
        .delimiter(options.delimiter)
        .has_headers(false)
        .from_reader(Limited { input, left: &left });
    let mut row = ByteRecord::new();
    let mut names: Vec<String> = options.columns.clone();
    loop {
        left.set(MAX_ROW_BYTES);
        let more = reader.read_byte_record(&mut row);
        if !more.map_err(|error| told(uri, &error))? {
            return Ok(());
        }
        let line = row.position().map_or(0, csv::Position::line);
        let text = |at: usize, bytes: &[u8]| {
            let text = std::str::from_utf8(bytes);
            let text = text.map_err(|_| format!("{uri}:{line}: field {} is no UTF-8", at + 1))?;
            Ok::<_, String>(text.to_owned())
        };
        if names.is_empty() {
            for (at, name) in row.iter().enumerate() {
                let bare = if at == 0 { name.strip_prefix(BYTE_ORDER_MARK) } else { None };
                let name = text(at, bare.unwrap_or(name))?;
                if name.trim().is_empty() {
                    return Err(format!("{uri}:{line}: column {} has no name", at + 1));
                }
                if names.contains(&name) {
                    return Err(format!("{uri}:{line}: two columns are named `{name}`"));
                }
                names.push(name);
            }
            continue;
        }
        if row.len() != names.len() {
            let (found, expected) = (row.len(), names.len());
            return Err(format!("{uri}:{line}: {found} fields, expected {expected}"));
        }
        let mut record = serde_json::Map::new();
        for (at, (name, value)) in names.iter().zip(row.iter()).enumerate() {
            record.insert(name.clone(), text(at, value)?.into());
        }
        let record = serde_json::Value::Object(record).to_string();
        on(&record).map_err(|problem| format!("{uri}:{line}: {problem}"))?;
    }
}

/// Ends where a row does not: a quote that nobody closes would take the whole file into memory.
struct Limited<'a, R> {
    input: R,
    left: &'a Cell<usize>,
}

impl<R: BufRead> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        match self.left.get().checked_sub(read) {
            Some(left) => self.left.set(left),
            None => {
                let limit = MAX_ROW_BYTES >> 20;
                return Err(std::io::Error::other(format!("a row is longer than {limit} MiB")));
            }
        }
        Ok(read)
    }
}

fn told(uri: &str, error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{uri}:{line}: {len} fields, expected {expected_len}")
        }
        csv::ErrorKind::Io(error) => format!("`{uri}` cannot be read: {error}"),
        _ => format!("{uri}:{line}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &CsvOptions, text: &[u8]) -> Result<Vec<String>, String> {
        let mut records = Vec::new();
        csv_records(options, "x.csv", text, &mut |record| {
            records.push(record.to_owned());
            Ok(())
        })?;
        Ok(records)
    }

    #[test]
    fn values_are_texts_as_they_are_written() {
        let text = b"\xEF\xBB\xBFid,name\r\n007,\"Dupont, \"\"Jo\"\"\"\r\n1.50,\n\"a\nb\",NULL\n";
        assert_eq!(
            read(&CsvOptions::default(), text),
            Ok(vec![
                r#"{"id":"007","name":"Dupont, \"Jo\""}"#.to_owned(),
                r#"{"id":"1.50","name":""}"#.to_owned(),
                r#"{"id":"a\nb","name":"NULL"}"#.to_owned(),
            ])
        );
        assert_eq!(read(&CsvOptions::default(), b"id,name\n"), Ok(vec![]));
    }

    #[test]
    fn columns_may_be_named_by_the_feed_and_parted_by_another_sign() {
        let options = CsvOptions { delimiter: b';', columns: vec!["a".into(), "b".into()] };
        assert_eq!(read(&options, b"1;2\n"), Ok(vec![r#"{"a":"1","b":"2"}"#.to_owned()]));
    }

    #[test]
    fn what_is_no_table_is_refused_at_its_line() {
        let refused = |text: &[u8]| read(&CsvOptions::default(), text).expect_err("refused");
        assert_eq!(refused(b"a,b\n1,2\n3\n"), "x.csv:3: 1 fields, expected 2");
        assert_eq!(refused(b"a,a\n"), "x.csv:1: two columns are named `a`");
        assert_eq!(refused(b"a, \n"), "x.csv:1: column 2 has no name");
        assert_eq!(refused(b"a,b\n1,\xff\n"), "x.csv:2: field 2 is no UTF-8");
    }
}
