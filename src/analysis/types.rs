//! GoogleSQL's types (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types>).

use std::{fmt, sync::Arc};

use crate::sql::{self, ast::DataType, parse};

/// A type. Lengths and digits (`NUMERIC(10, 2)`) are left out: they belong to columns, variables and
/// casts, and no expression keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub enum Type {
    /// Not known: it goes with everything.
    #[default]
    Unknown,
    /// NULL without a type: it takes the type of what it stands beside, or INT64.
    Null,
    /// `INT64`
    Int64,
    /// `FLOAT64`
    Float64,
    /// `NUMERIC`
    Numeric,
    /// `BIGNUMERIC`
    BigNumeric,
    /// `BOOL`
    Bool,
    /// `STRING`
    String,
    /// `BYTES`
    Bytes,
    /// `DATE`
    Date,
    /// `DATETIME`
    DateTime,
    /// `TIME`
    Time,
    /// `TIMESTAMP`
    Timestamp,
    /// `JSON`
    Json,
    /// `GEOGRAPHY`
    Geography,
    /// `INTERVAL`
    Interval,
    /// `RANGE<…>`
    Range(Arc<Type>),
    /// `ARRAY<…>`
    Array(Arc<Type>),
    /// `STRUCT<…>`
    Struct(Arc<[Field]>),
    /// A part of a date or time, or another word that an argument names: `DAY`, `WEEK(MONDAY)`, `NFC`.
    Part,
}

/// A field of a STRUCT.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name; empty where it has none.
    pub name: Arc<str>,
    /// Its type.
    pub kind: Type,
}

impl From<sql::Type> for Type {
    fn from(kind: sql::Type) -> Self {
        match kind {
            sql::Type::Unknown => Self::Unknown,
            sql::Type::Null => Self::Null,
            sql::Type::Int64 => Self::Int64,
            sql::Type::Float64 => Self::Float64,
            sql::Type::Numeric => Self::Numeric,
            sql::Type::BigNumeric => Self::BigNumeric,
            sql::Type::Bool => Self::Bool,
            sql::Type::String => Self::String,
            sql::Type::Bytes => Self::Bytes,
            sql::Type::Date => Self::Date,
            sql::Type::DateTime => Self::DateTime,
            sql::Type::Timestamp => Self::Timestamp,
            sql::Type::Time => Self::Time,
            sql::Type::Json => Self::Json,
            sql::Type::Interval => Self::Interval,
            sql::Type::Range(element) => Self::from(*element).range(),
            sql::Type::Array(element) => Self::from(*element).array(),
            sql::Type::Struct(fields) => Self::structure(
                fields.into_iter().map(|(name, kind)| (Arc::from(name), Self::from(kind))),
            ),
        }
    }
}

impl Type {
    /// An array of this.
    pub fn array(self) -> Self {
        Self::Array(Arc::new(self))
    }

    /// A range of this.
    pub fn range(self) -> Self {
        Self::Range(Arc::new(self))
    }

    /// A struct of these fields.
    pub fn structure(fields: impl IntoIterator<Item = (Arc<str>, Self)>) -> Self {
        Self::Struct(fields.into_iter().map(|(name, kind)| Field { name, kind }).collect())
    }

    /// The type that a text means; unknown where it means none.
    pub fn parse(text: &str) -> Self {
        if let Some(plain) = Self::by_name(text.trim()) {
            return plain;
        }
        parse::data_type(text).map_or(Self::Unknown, |written| Self::from_ast(&written))
    }

    /// The type that a parsed type means; unknown where there is none of that name.
    pub fn from_ast(written: &DataType) -> Self {
        let inner = written.inner.as_deref();
        let [name] = written.name.parts.as_slice() else { return Self::Unknown };
        let name = name.value.as_str();
        match inner {
            None => Self::by_name(name).unwrap_or_default(),
            Some([one]) if name.eq_ignore_ascii_case("ARRAY") => {
                Self::from_ast(&one.data_type).array()
            }
            Some([one]) if name.eq_ignore_ascii_case("RANGE") => {
                Self::from_ast(&one.data_type).range()
            }
            Some(fields) if name.eq_ignore_ascii_case("STRUCT") => {
                Self::structure(fields.iter().map(|field| {
                    let name = field.name.as_ref().map_or("", |name| name.value.as_str());
                    (Arc::from(name), Self::from_ast(&field.data_type))
                }))
            }
            Some(_) => Self::Unknown,
        }
    }

    /// The type of a name without parameters: those of the engine, and what it has not.
    fn by_name(name: &str) -> Option<Self> {
        match sql::Type::by_name(name) {
            Some(known) => Some(Self::from(known)),
            None if name.eq_ignore_ascii_case("GEOGRAPHY") => Some(Self::Geography),
            // As BigQuery's API names it.
            None if name.eq_ignore_ascii_case("FLOAT") => Some(Self::Float64),
            None => None,
        }
    }

    /// Whether nothing in it is unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Array(inner) | Self::Range(inner) => inner.is_known(),
            Self::Struct(fields) => fields.iter().all(|field| field.kind.is_known()),
            _ => true,
        }
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int64 | Self::Float64 | Self::Numeric | Self::BigNumeric)
    }

    /// What a column of it is in a table: NULL without a type becomes INT64.
    pub fn settled(&self) -> Self {
        match self {
            Self::Null => Self::Int64,
            Self::Array(inner) => inner.settled().array(),
            Self::Struct(fields) => {
                let fields = fields.iter();
                Self::structure(fields.map(|field| (Arc::clone(&field.name), field.kind.settled())))
            }
            other => other.clone(),
        }
    }

    /// The type of elements, if it is an array.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::Array(element) => Some(element),
            _ => None,
        }
    }

    /// The fields, if it is a struct.
    pub fn fields(&self) -> Option<&Arc<[Field]>> {
        match self {
            Self::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether values of it can be compared with `=`, be grouped and be in sets.
    pub fn has_equality(&self) -> bool {
        match self {
            Self::Json | Self::Geography => false,
            Self::Struct(fields) => fields.iter().all(|field| field.kind.has_equality()),
            _ => true,
        }
    }

    /// Whether values of it have an order: they can be compared with `<`, sorted, be the least.
    pub fn has_order(&self) -> bool {
        !matches!(self, Self::Json | Self::Geography | Self::Struct(_) | Self::Array(_))
    }

    /// Whether it is the same but for names of fields.
    pub fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown | Self::Null, _) | (_, Self::Unknown | Self::Null) => true,
            (Self::Array(one), Self::Array(other)) | (Self::Range(one), Self::Range(other)) => {
                one.is_alike(other)
            }
            (Self::Struct(one), Self::Struct(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .zip(other.iter())
                        .all(|(one, other)| one.kind.is_alike(&other.kind))
            }
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Unknown => "UNKNOWN",
            Self::Null => "NULL",
            Self::Int64 => "INT64",
            Self::Float64 => "FLOAT64",
            Self::Numeric => "NUMERIC",
            Self::BigNumeric => "BIGNUMERIC",
            Self::Bool => "BOOL",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Date => "DATE",
            Self::DateTime => "DATETIME",
            Self::Time => "TIME",
            Self::Timestamp => "TIMESTAMP",
            Self::Json => "JSON",
            Self::Geography => "GEOGRAPHY",
            Self::Interval => "INTERVAL",
            Self::Part => "DATE_TIME_PART",
            Self::Range(inner) => return write!(f, "RANGE<{inner}>"),
            Self::Array(inner) => return write!(f, "ARRAY<{inner}>"),
            Self::Struct(fields) => return write_struct(fields, f),
        };
        f.write_str(name)
    }
}

fn write_struct(fields: &[Field], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("STRUCT<")?;
    for (at, field) in fields.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        match is_plain(&field.name) {
            _ if field.name.is_empty() => write!(f, "{comma}{}", field.kind)?,
            true => write!(f, "{comma}{} {}", field.name, field.kind)?,
            false => write!(f, "{comma}`{}` {}", field.name, field.kind)?,
        }
    }
    f.write_str(">")
}

fn is_plain(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_and_written() {
        for text in ["INT64", "ARRAY<STRUCT<a INT64, STRING>>", "RANGE<DATE>", "STRUCT<`a b` JSON>"]
        {
            assert_eq!(Type::parse(text).to_string(), text);
        }
        assert_eq!(Type::parse("numeric(10, 2)"), Type::Numeric);
        assert_eq!(Type::parse("array<string(5)>"), Type::String.array());
        assert_eq!(Type::parse("no type"), Type::Unknown);
    }
}
