//! YAML with spans, as every file of a project is read.

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use crate::diagnostic::{SourceFile, Span};

/// A byte range within the file a value was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range as a span of `source`, the file it was read from.
    pub fn span(self, source: &Arc<SourceFile>) -> Span {
        Span::new(source, self.start as usize..self.end as usize)
    }
}

/// A value and where it is written. A value that comes through an alias or a merge key keeps the
/// range of the text that defines it.
#[derive(Clone, Debug, PartialEq)]
pub struct Yaml {
    /// The value.
    pub value: YamlValue,
    /// Where it is written.
    pub range: TextRange,
}

/// What a YAML node can be, scalars resolved by YAML 1.1 as dbt's reader (PyYAML) resolves them.
#[derive(Clone, Debug, PartialEq)]
pub enum YamlValue {
    /// Nothing, `~` or `null`.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// A number with a point, or an infinity, or not a number.
    Float(f64),
    /// Text. Whole numbers beyond 64 bits stay text, as written.
    String(String),
    /// A date or a moment, as written. It is text wherever nothing asks for a date.
    Timestamp(String),
    /// A sequence.
    List(Vec<Yaml>),
    /// A mapping, in the order written, merge keys applied, each key once.
    Map(Vec<(YamlKey, Yaml)>),
}

/// The key of a mapping's entry; keys that are not text are kept as they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct YamlKey {
    /// The key.
    pub text: String,
    /// Whether it is written without quotes, so that it may be a number or a date.
    pub is_plain: bool,
    /// Where it is written.
    pub range: TextRange,
}

/// A file together with its value.
#[derive(Clone, Debug)]
pub struct YamlFile {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its value; null for an empty file, and for one that could not be read.
    pub root: Yaml,
}

impl Yaml {
    /// A value written at `range`.
    pub fn new(value: YamlValue, range: TextRange) -> Self {
        Self { value, range }
    }

    /// Null, written nowhere.
    pub fn null() -> Self {
        Self::new(YamlValue::Null, TextRange::default())
    }

    /// A JSON value as if it was written at `range` (values given on the command line, rendered
    /// templates).
    pub fn from_json(value: Value, range: TextRange) -> Self {
        let value = match value {
            Value::Null => YamlValue::Null,
            Value::Bool(value) => YamlValue::Bool(value),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => YamlValue::Int(whole),
                None => YamlValue::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => YamlValue::String(text),
            Value::Array(items) => YamlValue::List(
                items.into_iter().map(|item| Self::from_json(item, range)).collect(),
            ),
            Value::Object(entries) => YamlValue::Map(
                entries
                    .into_iter()
                    .map(|(text, value)| {
                        let key = YamlKey { text, is_plain: false, range };
                        (key, Self::from_json(value, range))
                    })
                    .collect(),
            ),
        };
        Self::new(value, range)
    }

    /// The value as JSON. Infinities and not-a-number, which JSON lacks, become text.
    pub fn to_json(&self) -> Value {
        match &self.value {
            YamlValue::Null => Value::Null,
            YamlValue::Bool(value) => Value::Bool(*value),
            YamlValue::Int(value) => Value::Number((*value).into()),
            YamlValue::Float(value) => Number::from_f64(*value)
                .map_or_else(|| Value::String(value.to_string()), Value::Number),
            YamlValue::String(text) | YamlValue::Timestamp(text) => Value::String(text.clone()),
            YamlValue::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            YamlValue::Map(_) => Value::Object(self.to_json_map()),
        }
    }

    /// A mapping as a JSON object; empty for anything else.
    pub fn to_json_map(&self) -> Map<String, Value> {
        self.entries().iter().map(|(key, value)| (key.text.clone(), value.to_json())).collect()
    }

    /// The value of a mapping's key; nothing for an absent key or a value that is no mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(known, _)| known.text == key).map(|(_, value)| value)
    }

    /// The entries of a mapping; empty for anything else.
    pub fn entries(&self) -> &[(YamlKey, Self)] {
        match &self.value {
            YamlValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            YamlValue::List(items) => items,
            _ => &[],
        }
    }

    /// The text, where it is text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            YamlValue::String(text) | YamlValue::Timestamp(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            YamlValue::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, where it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            YamlValue::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Text, a number or a truth value, as text; nothing for null, lists and mappings.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.value {
            YamlValue::String(text) | YamlValue::Timestamp(text) => Some(text.clone()),
            YamlValue::Bool(value) => Some(value.to_string()),
            YamlValue::Int(value) => Some(value.to_string()),
            YamlValue::Float(value) => Some(value.to_string()),
            YamlValue::Null | YamlValue::List(_) | YamlValue::Map(_) => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.value == YamlValue::Null
    }

    /// What kind of value it is, as said to people.
    pub fn kind(&self) -> &'static str {
        match self.value {
            YamlValue::Null => "nothing",
            YamlValue::Bool(_) => "a boolean",
            YamlValue::Int(_) | YamlValue::Float(_) => "a number",
            YamlValue::String(_) => "text",
            YamlValue::Timestamp(_) => "a date",
            YamlValue::List(_) => "a list",
            YamlValue::Map(_) => "a mapping",
        }
    }

    /// Where it is written in `source`, the file it was read from.
    pub fn span(&self, source: &Arc<SourceFile>) -> Span {
        self.range.span(source)
    }
}

impl YamlKey {
    /// The key as YAML resolves it: a number, a date, … where it is written without quotes.
    pub fn value(&self) -> YamlValue {
        match self.is_plain {
            true => super::yaml_scalar::resolve_plain(&self.text),
            false => YamlValue::String(self.text.clone()),
        }
    }

    /// Where it is written in `source`, the file it was read from.
    pub fn span(&self, source: &Arc<SourceFile>) -> Span {
        self.range.span(source)
    }
}
