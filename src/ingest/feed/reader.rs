//! Reads values of a feed's definition, and says where a mistake is.

use serde_json::{Map, Value};

use super::SecretText;
use crate::{
    diagnostic::{Diagnostic, Span},
    ingest::RecordPath,
    manifest::Source,
};

/// A feed's definition being read.
pub struct Reader<'a> {
    /// The source table it fills.
    pub source: &'a Source,
    /// The mistakes so far.
    pub problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// `headers` or `params`.
    pub fn named_values(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
    ) -> Option<Vec<(String, SecretText)>> {
        match map.get(key) {
            None => Some(Vec::new()),
            Some(Value::Object(declared)) => declared
                .iter()
                .map(|(name, value)| Some((name.clone(), self.secret(name, value)?)))
                .collect(),
            Some(_) => {
                let message = format!("`{key}` must be a mapping of names to values");
                self.problem(key, &message, None);
                None
            }
        }
    }

    /// A list of names of fields, none where the key is not written.
    pub fn names(&mut self, map: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
        match map.get(key) {
            None => Some(Vec::new()),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                Some(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
            }
            Some(_) => {
                self.problem(key, &format!("`{key}` must be a list of field names"), None);
                None
            }
        }
    }

    /// A text, or where it is kept.
    pub fn secret(&mut self, name: &str, value: &Value) -> Option<SecretText> {
        let by = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        match (value, by("env"), by("file")) {
            (Value::String(text), ..) => Some(SecretText::Plain(text.clone())),
            (_, Some(variable), _) => Some(SecretText::Env(variable)),
            (_, _, Some(path)) => Some(SecretText::File(path)),
            _ => {
                let help = "write a text, `{env: NAME}` or `{file: path}`".to_owned();
                self.problem(name, &format!("`{name}` has no value"), Some(help));
                None
            }
        }
    }

    /// A path within a record or a payload.
    pub fn path_of(&mut self, key: &str, value: &Value) -> Option<RecordPath> {
        let Some(text) = value.as_str() else {
            self.problem(key, &format!("`{key}` must be a path such as `$.data.items`"), None);
            return None;
        };
        match RecordPath::parse(text) {
            Ok(path) => Some(path),
            Err(problem) => {
                self.problem(key, &format!("`{key}` is no record path: {problem}"), None);
                None
            }
        }
    }

    /// Notes a mistake at a key.
    pub fn problem(&mut self, key: &str, message: &str, help: Option<String>) {
        let diagnostic = Diagnostic::error("invalid-feed", message)
            .at(self.place(key), format!("in the feed of `{}`", self.source.name))
            .maybe_help(help);
        self.problems.push(diagnostic);
    }

    /// The key's place after the table's name in the properties file; the name where not found.
    fn place(&self, key: &str) -> Span {
        let declared = &self.source.declared;
        let from = declared.end as usize;
        let found = declared.file.text().get(from..).and_then(|rest| {
            rest.match_indices(key)
                .find(|(at, _)| rest[at + key.len()..].trim_start().starts_with(':'))
        });
        match found {
            Some((at, _)) => Span::new(&declared.file, from + at..from + at + key.len()),
            None => declared.clone(),
        }
    }
}
