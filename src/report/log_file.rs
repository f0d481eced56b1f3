//! `--log-path`: everything that is told, kept in a file, with what templates only `log()`.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
};

use chrono::{SecondsFormat, Utc};
use serde_json::Value;

use super::LogFormat;

/// The file's name, and that of the one before it.
const NAME: &str = "elt.log";
const EARLIER: &str = "elt.log.1";

/// A file is begun anew above this size (as dbt does), so that a project's folder does not fill up
/// with what nobody reads.
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// A log file, opened when something is told.
#[derive(Debug)]
pub struct LogFile {
    folder: PathBuf,
    format: LogFormat,
    only_errors: bool,
    file: OnceLock<Result<Mutex<File>, String>>,
}

impl LogFile {
    /// The log in a folder.
    pub fn new(folder: PathBuf, format: LogFormat, only_errors: bool) -> Self {
        Self { folder, format, only_errors, file: OnceLock::new() }
    }

    pub(super) fn format(&self) -> LogFormat {
        self.format
    }

    /// Whether it holds what is no error.
    pub(super) fn takes_all(&self) -> bool {
        !self.only_errors
    }

    /// Adds a text, with the time before it.
    ///
    /// # Errors
    /// Why the file cannot be written, told once.
    pub(super) fn text(&self, text: &str) -> Result<(), String> {
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        self.add(&format!("{time} {text}"))
    }

    /// Adds a JSON object, as a line.
    ///
    /// # Errors
    /// Why the file cannot be written, told once.
    pub(super) fn json(&self, value: &Value) -> Result<(), String> {
        self.add(&value.to_string())
    }

    fn add(&self, line: &str) -> Result<(), String> {
        let mut is_first = false;
        let file = self.file.get_or_init(|| {
            is_first = true;
            self.open().map(Mutex::new).map_err(|error| error.to_string())
        });
        let problem = match file {
            Ok(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                writeln!(file, "{line}").map_err(|error| error.to_string())
            }
            Err(_) if !is_first => Ok(()),
            Err(problem) => Err(problem.clone()),
        };
        problem.map_err(|problem| {
            format!("`{}` cannot be written: {problem}", self.folder.join(NAME).display())
        })
    }

    fn open(&self) -> std::io::Result<File> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(NAME);
        if path.metadata().is_ok_and(|found| found.len() > MAX_BYTES) {
            std::fs::rename(&path, self.folder.join(EARLIER))?;
        }
        OpenOptions::new().create(true).append(true).open(path)
    }
}
