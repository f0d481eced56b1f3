//! How CSV is written: `csv`.

use serde_json::{Map, Value};

use super::reader::Reader;

/// How CSV is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    /// What parts the fields.
    pub delimiter: u8,
    /// The columns' names; none where the first line holds them.
    pub columns: Vec<String>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: b',', columns: Vec::new() }
    }
}

/// Reads `csv`.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<CsvOptions> {
    let options = match map.get("csv") {
        None => return Some(CsvOptions::default()),
        Some(Value::Object(options)) => options,
        Some(_) => {
            let help = "write `csv: {delimiter: \";\"}`".to_owned();
            reader.problem("csv", "`csv` must be a mapping", Some(help));
            return None;
        }
    };
    reader.only(options, &["delimiter", "columns"], "csv");
    let delimiter = match reader.text(options, "delimiter")?.as_deref() {
        None => b',',
        Some("\\t" | "tab") => b'\t',
        Some(text) if text.len() == 1 && text != "\"" && text != "\n" => text.as_bytes()[0],
        Some(_) => {
            reader.problem("delimiter", "`delimiter` must be one sign", None);
            return None;
        }
    };
    Some(CsvOptions { delimiter, columns: reader.texts(options, "columns")? })
}
