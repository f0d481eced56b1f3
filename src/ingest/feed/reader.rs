//! Reads values of a feed's definition, and says where a mistake is.

use std::time::Duration;

use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::SecretText;
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
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

    /// Refuses keys that are not known; `of` names the mapping.
    pub fn only(&mut self, map: &Map<String, Value>, known: &[&str], of: &str) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let help = did_you_mean(key, known.iter().copied())
                .or_else(|| Some(format!("known keys: {}", known.join(", "))));
            self.problem(key, &format!("unknown key `{key}` in `{of}`"), help);
        }
    }

    /// A text, where the key is written: `Some(None)` where it is not.
    pub fn text(&mut self, map: &Map<String, Value>, key: &str) -> Option<Option<String>> {
        match map.get(key) {
            None => Some(None),
            Some(Value::String(text)) if !text.is_empty() => Some(Some(text.clone())),
            Some(_) => {
                self.problem(key, &format!("`{key}` must be a text"), None);
                None
            }
        }
    }

    /// A list of texts, empty where the key is not written.
    pub fn texts(&mut self, map: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
        let listed = |items: &Vec<Value>| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        };
        let read = match map.get(key) {
            None => Some(Vec::new()),
            Some(Value::Array(items)) => listed(items),
            Some(_) => None,
        };
        if read.is_none() {
            self.problem(key, &format!("`{key}` must be a list of texts"), None);
        }
        read
    }

    /// A whole number of at least one, or what holds where the key is not written.
    pub fn count(&mut self, map: &Map<String, Value>, key: &str, default: u64) -> Option<u64> {
        let Some(value) = map.get(key) else { return Some(default) };
        let read = value.as_u64().filter(|number| *number > 0);
        if read.is_none() {
            self.problem(key, &format!("`{key}` must be a whole number above 0"), None);
        }
        read
    }

    /// A time such as `30s`, `5m`, `2h` or `1d`; `Some(None)` where the key is not written.
    pub fn span(&mut self, map: &Map<String, Value>, key: &str) -> Option<Option<Duration>> {
        let Some(value) = map.get(key) else { return Some(None) };
        let read = value.as_str().and_then(parse_span);
        if read.is_none() {
            let help = "write a number and a unit: `30s`, `5m`, `2h`, `1d`".to_owned();
            self.problem(key, &format!("`{key}` is no time"), Some(help));
        }
        read.map(Some)
    }

    /// The time zone (`time_zone`), UTC where none is named.
    pub fn zone(&mut self, map: &Map<String, Value>) -> Option<Tz> {
        let Some(name) = self.text(map, "time_zone")? else { return Some(Tz::UTC) };
        let zone = name.parse().ok();
        if zone.is_none() {
            let help = did_you_mean(&name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
            let help = help.or_else(|| Some("for instance `Europe/Paris`".to_owned()));
            self.problem("time_zone", &format!("unknown time zone `{name}`"), help);
        }
        zone
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

/// A number and a unit, more than nothing.
pub fn parse_span(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let secs = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let total = number.parse::<u64>().ok()?.checked_mul(secs)?;
    (total > 0).then(|| Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(parse_span("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_span("5 m"), Some(Duration::from_secs(300)));
        assert_eq!(parse_span("1d"), Some(Duration::from_secs(86_400)));
        for wrong in ["", "5", "m", "0s", "-1s", "5min", "99999999999999999999s"] {
            assert_eq!(parse_span(wrong), None, "{wrong}");
        }
    }
}
