//! Taking a mapping apart, key by key, with a diagnostic for everything that does not fit.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::{
    moment::read_moment,
    spanned::Spanned,
    yaml::{TextRange, Yaml, YamlKey, YamlValue},
};
use crate::diagnostic::{Diagnostic, SourceFile, Span, did_you_mean};

/// What happens to keys that nothing asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// Refused, as dbt refuses them.
    Refuse,
    /// Ignored with a warning, as dbt deprecates them.
    Warn,
}

/// A mapping being read. Every key asked for counts as known, and is what suggestions choose from.
pub(super) struct Fields<'d> {
    source: Arc<SourceFile>,
    what: &'static str,
    name: Option<String>,
    range: TextRange,
    entries: Vec<(YamlKey, Yaml)>,
    known: Vec<&'static str>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'d> Fields<'d> {
    /// Starts on `yaml`, called `what` in messages ("a model"). Nothing where it is no mapping.
    pub fn new(
        yaml: Yaml,
        what: &'static str,
        source: &Arc<SourceFile>,
        diagnostics: &'d mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let range = yaml.range;
        match yaml.value {
            YamlValue::Map(entries) => Some(Self {
                source: Arc::clone(source),
                what,
                name: None,
                range,
                entries,
                known: Vec::with_capacity(16),
                diagnostics,
            }),
            _ => {
                let message = format!("{what} must be a mapping, not {}", yaml.kind());
                diagnostics
                    .push(Diagnostic::error("wrong-type", message).at(range.span(source), ""));
                None
            }
        }
    }

    /// The mapping as messages call it: "a model", and "model `x`" once its name is known.
    fn what(&self) -> String {
        match &self.name {
            Some(name) => {
                let kind = self.what.strip_prefix("a ").or(self.what.strip_prefix("an "));
                format!("{} `{name}`", kind.unwrap_or(self.what))
            }
            None => self.what.to_owned(),
        }
    }

    /// The file.
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// Where to report on the mapping as a whole: its first key.
    pub fn span(&self) -> Span {
        self.entries.first().map_or(self.range, |(key, _)| key.range).span(&self.source)
    }

    /// Where further diagnostics go.
    pub fn diagnostics(&mut self) -> &mut Vec<Diagnostic> {
        self.diagnostics
    }

    /// The value of a key, taken out; an explicit null counts as absent.
    pub fn take(&mut self, key: &'static str) -> Option<Yaml> {
        self.take_even_null(key).filter(|value| !value.is_null())
    }

    /// The value of a key, taken out, also where it is null.
    pub fn take_even_null(&mut self, key: &'static str) -> Option<Yaml> {
        self.known.push(key);
        let at = self.entries.iter().position(|(known, _)| known.text == key)?;
        Some(self.entries.remove(at).1)
    }

    /// A key with its value, taken out; an explicit null counts as absent.
    pub fn take_entry(&mut self, key: &'static str) -> Option<(YamlKey, Yaml)> {
        self.known.push(key);
        let at = self.entries.iter().position(|(known, _)| known.text == key)?;
        Some(self.entries.remove(at)).filter(|(_, value)| !value.is_null())
    }

    /// Whether a key is still there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| known.text == key)
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let yaml = self.take(key)?;
        let span = yaml.span(&self.source);
        match yaml.value {
            YamlValue::String(text) | YamlValue::Timestamp(text) => Some(Spanned::new(text, span)),
            _ => self.wrong(key, "text", &yaml),
        }
    }

    /// A text, or a number or truth value as text, where dbt turns it into text.
    pub fn scalar(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let yaml = self.take(key)?;
        match yaml.scalar_text() {
            Some(text) => Some(Spanned::new(text, yaml.span(&self.source))),
            None => self.wrong(key, "text", &yaml),
        }
    }

    /// A date or a moment.
    pub fn moment(&mut self, key: &'static str) -> Option<Spanned<DateTime<FixedOffset>>> {
        let yaml = self.take(key)?;
        match yaml.scalar_text().and_then(|text| read_moment(&text)) {
            Some(moment) => Some(Spanned::new(moment, yaml.span(&self.source))),
            None => self.wrong(key, "a date such as 2026-03-01", &yaml),
        }
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let absent = self.entries.iter().all(|(known, value)| known.text != key || value.is_null());
        if absent {
            self.known.push(key);
            self.missing(key);
            return None;
        }
        let text = self.scalar(key)?;
        if text.value.trim().is_empty() {
            let message = format!("`{key}` of {} is empty", self.what());
            self.diagnostics.push(Diagnostic::error("empty-value", message).at(text.span, ""));
            return None;
        }
        if key == "name" {
            self.name = Some(text.value.clone());
        }
        Some(text)
    }

    /// Says that a key is missing. A key that looks like it is taken for it, and not told again.
    pub fn missing(&mut self, key: &str) {
        let message = format!("{} lacks `{key}`", self.what());
        let known = std::mem::take(&mut self.known);
        let near = |(wrong, _): &(YamlKey, Yaml)| {
            !known.contains(&wrong.text.as_str()) && did_you_mean(&wrong.text, [key]).is_some()
        };
        let near = self.entries.iter().position(near).map(|at| self.entries.remove(at).0);
        self.known = known;
        let diagnostic = Diagnostic::error("missing-key", message);
        self.diagnostics.push(match near {
            Some(wrong) => diagnostic
                .at(wrong.span(&self.source), "")
                .help(format!("write `{key}` instead of `{}`", wrong.text)),
            None => diagnostic.at(self.span(), ""),
        });
    }

    /// A truth value.
    pub fn flag(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let yaml = self.take(key)?;
        match yaml.value {
            YamlValue::Bool(value) => Some(Spanned::new(value, yaml.span(&self.source))),
            _ => self.wrong(key, "true or false", &yaml),
        }
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        let yaml = self.take(key)?;
        match yaml.value {
            YamlValue::Int(value) => Some(Spanned::new(value, yaml.span(&self.source))),
            _ => self.wrong(key, "a whole number", &yaml),
        }
    }

    /// A list.
    pub fn list(&mut self, key: &'static str) -> Option<Vec<Yaml>> {
        let yaml = self.take(key)?;
        match yaml.value {
            YamlValue::List(items) => Some(items),
            _ => self.wrong(key, "a list", &yaml),
        }
    }

    /// A mapping, kept as it is.
    pub fn map(&mut self, key: &'static str) -> Option<Yaml> {
        let yaml = self.take(key)?;
        match yaml.value {
            YamlValue::Map(_) => Some(yaml),
            _ => self.wrong(key, "a mapping", &yaml),
        }
    }

    /// A list of texts; a single text counts as a list of one where `or_one`.
    pub fn texts(&mut self, key: &'static str, or_one: bool) -> Option<Vec<Spanned<String>>> {
        let yaml = self.take(key)?;
        let items = match yaml.value {
            YamlValue::List(items) => items,
            YamlValue::String(_) | YamlValue::Timestamp(_) if or_one => vec![yaml],
            _ => return self.wrong(key, "a list of texts", &yaml),
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.scalar_text() {
                Some(text) => texts.push(Spanned::new(text, item.span(&self.source))),
                None => {
                    self.wrong::<()>(key, "a list of texts", &item);
                }
            }
        }
        Some(texts)
    }

    /// One of a few words.
    pub fn word(&mut self, key: &'static str, allowed: &[&str]) -> Option<Spanned<String>> {
        let text = self.text(key)?;
        if !allowed.contains(&text.value.as_str()) {
            let message = format!("`{}` is no `{key}` of {}", text.value, self.what());
            let allowed_help = format!("it is one of `{}`", allowed.join("`, `"));
            let near = did_you_mean(&text.value, allowed.iter().copied());
            self.diagnostics.push(
                Diagnostic::error("wrong-value", message)
                    .at(text.span, "")
                    .help(near.unwrap_or(allowed_help)),
            );
            return None;
        }
        Some(text)
    }

    fn wrong<T>(&mut self, key: &str, expected: &str, found: &Yaml) -> Option<T> {
        let message =
            format!("`{key}` of {} must be {expected}, not {}", self.what(), found.kind());
        let mut diagnostic =
            Diagnostic::error("wrong-type", message).at(found.span(&self.source), "");
        let is_text = matches!(found.value, YamlValue::String(_));
        if expected.starts_with("text") && found.scalar_text().is_some() {
            diagnostic = diagnostic.help("put quotes around it");
        } else if expected.starts_with("a list") && is_text {
            diagnostic = diagnostic.help("write `[…]` around it");
        } else if expected == "a whole number" && is_text {
            diagnostic = diagnostic.help("remove quotes; to a template add `| as_number`");
        } else if expected == "true or false" && is_text {
            diagnostic = diagnostic.help("remove quotes; to a template add `| as_bool`");
        }
        self.diagnostics.push(diagnostic);
        None
    }

    /// Deals with the keys that nothing asked for.
    pub fn finish(self, unknown: Unknown) {
        self.finish_with(unknown, |_| None);
    }

    /// As [`Self::finish`], with a help line of the caller's where it knows the key.
    pub fn finish_with(self, unknown: Unknown, help: impl Fn(&str) -> Option<String>) {
        self.finish_as("unknown-key", unknown, help);
    }

    /// As [`Self::finish_with`], with a code of its own.
    pub fn finish_as(
        self,
        code: &'static str,
        unknown: Unknown,
        help: impl Fn(&str) -> Option<String>,
    ) {
        if self.entries.is_empty() {
            return;
        }
        let what = self.what();
        for (key, _) in &self.entries {
            let message = format!("{what} has no key `{}`", key.text);
            let diagnostic = match unknown {
                Unknown::Refuse => Diagnostic::error(code, message),
                Unknown::Warn => Diagnostic::warning(code, message),
            };
            let help = help(&key.text)
                .or_else(|| did_you_mean(&key.text, self.known.iter().copied()))
                .or_else(|| {
                    (unknown == Unknown::Warn)
                        .then(|| "it is ignored; free keys belong under `config.meta`".to_owned())
                });
            self.diagnostics.push(diagnostic.at(key.span(&self.source), "").maybe_help(help));
        }
    }
}
