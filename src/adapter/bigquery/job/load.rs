//! Load jobs
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationload>).

use std::{path::PathBuf, sync::Arc};

use serde_json::{Map, Value, json};

use super::{Destination, JobOptions, JobOutcome, wait::Watch};
use crate::adapter::{
    Cancel,
    bigquery::{client::BigQueryClient, error::BigQueryError, resource::Field},
};

/// Rows that are loaded into a table.
#[derive(Clone, Debug)]
pub struct LoadJob {
    /// Where they come from.
    pub source: LoadSource,
    /// How they are written there.
    pub format: LoadFormat,
    /// The table's columns; where there are none, those of the table, or of a file that tells.
    pub fields: Vec<Field>,
    /// Where to.
    pub destination: Destination,
    /// Whether columns and types are guessed.
    pub autodetect: bool,
    /// Whether values of columns that the table lacks are passed over.
    pub ignore_unknown_values: bool,
    /// Records that may be bad.
    pub maximum_bad_records: u32,
    /// Further properties, as the API writes them (`columnNameCharacterMap`, `decimalTargetTypes`).
    pub properties: Map<String, Value>,
    /// What all kinds of jobs have in common.
    pub options: JobOptions,
}

/// Where rows come from.
#[derive(Clone)]
pub enum LoadSource {
    /// From memory.
    Bytes(Arc<[u8]>),
    /// From a file on this machine.
    File(PathBuf),
    /// From Cloud Storage: `gs://bucket/path*.parquet`.
    Uris(Vec<String>),
}

impl std::fmt::Debug for LoadSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Uris(uris) => f.debug_tuple("Uris").field(uris).finish(),
        }
    }
}

/// How rows are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadFormat {
    /// CSV.
    Csv(CsvFormat),
    /// A JSON object on each line.
    NewlineJson,
    /// Parquet.
    Parquet,
    /// Avro, its logical types read.
    Avro,
    /// ORC.
    Orc,
}

/// How CSV is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvFormat {
    /// What is between values.
    pub delimiter: String,
    /// What values may be enclosed in; empty for nothing.
    pub quote: String,
    /// Lines at the top that are no rows.
    pub skip_lines: u32,
    /// What stands for NULL; BigQuery's default is nothing between two delimiters.
    pub null_marker: Option<String>,
    /// Whether values in quotes may have line ends.
    pub quoted_newlines: bool,
    /// Whether values at the end of a line may lack.
    pub jagged_rows: bool,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self {
            delimiter: ",".to_owned(),
            quote: "\"".to_owned(),
            skip_lines: 0,
            null_marker: None,
            quoted_newlines: true,
            jagged_rows: false,
        }
    }
}

impl LoadFormat {
    fn write_into(&self, load: &mut Value) {
        load["sourceFormat"] = Value::from(match self {
            Self::Csv(_) => "CSV",
            Self::NewlineJson => "NEWLINE_DELIMITED_JSON",
            Self::Parquet => "PARQUET",
            Self::Avro => "AVRO",
            Self::Orc => "ORC",
        });
        match self {
            Self::Csv(csv) => {
                load["encoding"] = Value::from("UTF-8");
                load["fieldDelimiter"] = Value::from(csv.delimiter.as_str());
                load["quote"] = Value::from(csv.quote.as_str());
                load["skipLeadingRows"] = Value::from(csv.skip_lines);
                load["allowQuotedNewlines"] = Value::from(csv.quoted_newlines);
                if csv.jagged_rows {
                    load["allowJaggedRows"] = Value::from(true);
                }
                if let Some(marker) = &csv.null_marker {
                    load["nullMarker"] = Value::from(marker.as_str());
                }
            }
            Self::Avro => load["useAvroLogicalTypes"] = Value::from(true),
            Self::NewlineJson | Self::Parquet | Self::Orc => {}
        }
    }
}

impl LoadJob {
    /// Rows that replace a table.
    pub fn replace(source: LoadSource, format: LoadFormat, destination: Destination) -> Self {
        Self {
            source,
            format,
            fields: Vec::new(),
            destination,
            autodetect: false,
            ignore_unknown_values: false,
            maximum_bad_records: 0,
            properties: Map::new(),
            options: JobOptions::default(),
        }
    }

    fn configuration(&self) -> Value {
        let mut load = json!({});
        if let LoadSource::Uris(uris) = &self.source {
            load["sourceUris"] = json!(uris);
        }
        self.format.write_into(&mut load);
        if !self.fields.is_empty() {
            load["schema"] = json!({"fields": self.fields});
        }
        if self.autodetect {
            load["autodetect"] = Value::from(true);
        }
        if self.ignore_unknown_values {
            load["ignoreUnknownValues"] = Value::from(true);
        }
        if self.maximum_bad_records > 0 {
            load["maxBadRecords"] = Value::from(self.maximum_bad_records);
        }
        self.destination.write_into(&mut load);
        for (key, value) in &self.properties {
            load[key.as_str()] = value.clone();
        }
        load
    }
}

impl BigQueryClient {
    /// Loads rows to the end. A small source is sent with the job, a large one in pieces, which are sent
    /// again where they were lost.
    ///
    /// # Errors
    /// Which rows are wrong, why it failed, what hindered to read the file.
    pub async fn load_job(
        &self,
        job: &LoadJob,
        cancel: &Cancel,
    ) -> Result<JobOutcome, BigQueryError> {
        let configuration = json!({"load": job.configuration()});
        let rows = match &job.source {
            LoadSource::Uris(_) => None,
            source => Some(source),
        };
        let ran = self.run(&job.options, configuration, rows, Watch::Look, cancel).await;
        ran.map(|(outcome, _)| outcome)
    }
}
