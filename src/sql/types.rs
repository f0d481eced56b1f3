//! GoogleSQL's types, and DuckDB's names of them.

use super::{
    SqlError,
    ast::{DataType, FieldType},
    parse,
};

/// The only field of what the engine keeps of a BIGNUMERIC; no user's field has such a name.
pub(crate) const BIGNUMERIC_FIELD: &str = "BIGNUMERIC()";

/// The two fields of what the engine keeps of a RANGE.
pub(crate) const RANGE_START: &str = "RANGE()";
pub(crate) const RANGE_END: &str = "to";

/// A GoogleSQL type
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types>).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Type {
    /// Not known.
    #[default]
    Unknown,
    /// NULL without a type: it takes the type of what it stands beside.
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
    /// `TIMESTAMP`
    Timestamp,
    /// `TIME`
    Time,
    /// `JSON`
    Json,
    /// `INTERVAL`
    Interval,
    /// `RANGE<…>`
    Range(Box<Type>),
    /// `ARRAY<…>`
    Array(Box<Type>),
    /// `STRUCT<…>`
    Struct(Vec<(String, Type)>),
}

impl Type {
    /// DuckDB's name of the type; unknown types have none.
    pub fn duckdb(&self) -> Option<String> {
        Some(match self {
            Self::Unknown | Self::Null => return None,
            Self::Int64 => "BIGINT".into(),
            Self::Float64 => "DOUBLE".into(),
            Self::Numeric => "DECIMAL(38,9)".into(),
            // No decimal of the engine's holds 76 digits. A struct is taken for no other type's value.
            Self::BigNumeric => format!("STRUCT({} BLOB)", quote(BIGNUMERIC_FIELD)),
            Self::Bool => "BOOLEAN".into(),
            Self::String => "VARCHAR".into(),
            Self::Bytes => "BLOB".into(),
            Self::Date => "DATE".into(),
            Self::DateTime => "TIMESTAMP".into(),
            Self::Timestamp => "TIMESTAMP WITH TIME ZONE".into(),
            Self::Time => "TIME".into(),
            Self::Json => "JSON".into(),
            Self::Interval => "INTERVAL".into(),
            Self::Range(element) => {
                let (from, to) = (quote(RANGE_START), quote(RANGE_END));
                let element = element.duckdb()?;
                format!("STRUCT({from} {element}, {to} {element})")
            }
            Self::Array(element) => format!("{}[]", element.duckdb()?),
            Self::Struct(fields) => {
                let fields: Option<Vec<String>> = fields
                    .iter()
                    .map(|(name, kind)| Some(format!("{} {}", quote(name), kind.duckdb()?)))
                    .collect();
                format!("STRUCT({})", fields?.join(", "))
            }
        })
    }

    /// DuckDB's name of the type where DuckDB's own SQL reads it: the decimal nearest to BIGNUMERIC.
    pub fn own_duckdb(&self) -> Option<String> {
        let name = self.duckdb()?;
        let kept = Self::BigNumeric.duckdb()?;
        Some(name.replace(&kept, "DECIMAL(38,18)"))
    }

    /// GoogleSQL's name of the type.
    pub fn google(&self) -> String {
        match self {
            Self::Unknown => "UNKNOWN".into(),
            Self::Null => "NULL".into(),
            Self::Int64 => "INT64".into(),
            Self::Float64 => "FLOAT64".into(),
            Self::Numeric => "NUMERIC".into(),
            Self::BigNumeric => "BIGNUMERIC".into(),
            Self::Bool => "BOOL".into(),
            Self::String => "STRING".into(),
            Self::Bytes => "BYTES".into(),
            Self::Date => "DATE".into(),
            Self::DateTime => "DATETIME".into(),
            Self::Timestamp => "TIMESTAMP".into(),
            Self::Time => "TIME".into(),
            Self::Json => "JSON".into(),
            Self::Interval => "INTERVAL".into(),
            Self::Range(element) => format!("RANGE<{}>", element.google()),
            Self::Array(element) => format!("ARRAY<{}>", element.google()),
            Self::Struct(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, kind)| format!("{name} {}", kind.google())).collect();
                format!("STRUCT<{}>", fields.join(", "))
            }
        }
    }

    /// Whether it is known, the parts of arrays and structs too.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown | Self::Null => false,
            Self::Array(element) => element.is_known(),
            Self::Struct(fields) => fields.iter().all(|(_, kind)| kind.is_known()),
            _ => true,
        }
    }

    /// Whether it is known to be a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int64 | Self::Float64 | Self::Numeric | Self::BigNumeric)
    }

    /// The type of arithmetic or of a choice between two values.
    pub fn common(&self, other: &Self) -> Self {
        let rank = |kind: &Self| match kind {
            Self::Int64 => 1,
            Self::Numeric => 2,
            Self::BigNumeric => 3,
            Self::Float64 => 4,
            _ => 0,
        };
        if self == other || *other == Self::Null {
            return self.clone();
        }
        if *self == Self::Null {
            return other.clone();
        }
        match (self, other) {
            (Self::Array(one), Self::Array(other)) => {
                return Self::Array(Box::new(one.common(other)));
            }
            (Self::Struct(one), Self::Struct(other)) if one.len() == other.len() => {
                let fields = one.iter().zip(other);
                return Self::Struct(
                    fields
                        .map(|((name, one), (_, other))| (name.clone(), one.common(other)))
                        .collect(),
                );
            }
            _ => {}
        }
        if let (Self::Date, Self::DateTime) | (Self::DateTime, Self::Date) = (self, other) {
            return Self::DateTime;
        }
        match (rank(self), rank(other)) {
            (left, right) if left > 0 && right > 0 => {
                if left >= right {
                    self.clone()
                } else {
                    other.clone()
                }
            }
            _ => Self::Unknown,
        }
    }

    /// Whether no value can be of both types. Unknown types clash with nothing.
    pub fn clashes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown | Self::Null, _) | (_, Self::Unknown | Self::Null) => false,
            (Self::Date, Self::DateTime) | (Self::DateTime, Self::Date) => false,
            (Self::Array(one), Self::Array(other)) => one.clashes(other),
            (Self::Struct(one), Self::Struct(other)) => {
                one.len() != other.len()
                    || one.iter().zip(other).any(|((_, one), (_, other))| one.clashes(other))
            }
            (one, other) => one != other && !(one.is_number() && other.is_number()),
        }
    }

    /// The type that a text means (`ARRAY<STRING>`).
    ///
    /// # Errors
    /// What cannot be read, and types that the embedded engine has not.
    pub fn parse(text: &str) -> Result<Self, SqlError> {
        Self::from_ast(&parse::data_type(text)?)
    }

    /// The type that a parsed GoogleSQL type means.
    ///
    /// # Errors
    /// Types that the embedded engine has not.
    pub fn from_ast(data_type: &DataType) -> Result<Self, SqlError> {
        let unsupported =
            |message: String| Err(SqlError::at("unsupported-type", message, data_type.span));
        let name = data_type.name.to_string().to_ascii_uppercase();
        if let Some(inner) = &data_type.inner {
            return match (name.as_str(), inner.as_slice()) {
                ("ARRAY", [element]) => {
                    Ok(Self::Array(Box::new(Self::from_ast(&element.data_type)?)))
                }
                ("RANGE", [element]) => match Self::from_ast(&element.data_type)? {
                    kind @ (Self::Date | Self::DateTime | Self::Timestamp) => {
                        Ok(Self::Range(Box::new(kind)))
                    }
                    kind => unsupported(format!("there is no RANGE of {}", kind.google())),
                },
                ("STRUCT", fields) => Self::structure(fields),
                _ => {
                    unsupported(format!("type `{name}<…>` is not supported on the embedded engine"))
                }
            };
        }
        match Self::by_name(&name) {
            Some(known) => Ok(known),
            None => unsupported(format!(
                "type `{}` is not supported on the embedded engine",
                data_type.name
            )),
        }
    }

    /// The type of a name without parameters, in whatever case, BigQuery's aliases too.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "INT64" | "INT" | "INTEGER" | "BIGINT" | "SMALLINT" | "TINYINT" | "BYTEINT" => {
                Self::Int64
            }
            "FLOAT64" => Self::Float64,
            "NUMERIC" | "DECIMAL" => Self::Numeric,
            "BIGNUMERIC" | "BIGDECIMAL" => Self::BigNumeric,
            "BOOL" | "BOOLEAN" => Self::Bool,
            "STRING" => Self::String,
            "BYTES" => Self::Bytes,
            "DATE" => Self::Date,
            "DATETIME" => Self::DateTime,
            "TIMESTAMP" => Self::Timestamp,
            "TIME" => Self::Time,
            "JSON" => Self::Json,
            "INTERVAL" => Self::Interval,
            _ => return None,
        })
    }

    fn structure(fields: &[FieldType]) -> Result<Self, SqlError> {
        let mut parsed = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let name = match &field.name {
                Some(name) => name.value.clone(),
                None => format!("_field_{}", at + 1),
            };
            parsed.push((name, Self::from_ast(&field.data_type)?));
        }
        Ok(Self::Struct(parsed))
    }
}

/// An identifier for DuckDB.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a DuckDB string literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// DuckDB's name of a GoogleSQL type (`INT64` → `BIGINT`, `ARRAY<STRING>` → `VARCHAR[]`).
///
/// # Errors
/// Types that cannot be read or that the embedded engine has not.
pub fn duckdb_type(google_type: &str) -> Result<String, SqlError> {
    let parsed = parse::data_type(google_type)?;
    let known = Type::from_ast(&parsed)?;
    Ok(known.duckdb().unwrap_or_else(|| "VARCHAR".to_owned()))
}

/// GoogleSQL's name of a DuckDB type, for catalogs and schema comparison. Types that GoogleSQL has
/// not keep their name.
pub fn google_type(duckdb_type: &str) -> String {
    from_duckdb(duckdb_type.trim()).map_or_else(|| duckdb_type.to_owned(), |known| known.google())
}

/// The GoogleSQL type of a DuckDB type's name.
pub fn from_duckdb(text: &str) -> Option<Type> {
    if let Some(element) = text.strip_suffix("[]") {
        return Some(Type::Array(Box::new(from_duckdb(element)?)));
    }
    if Type::BigNumeric.duckdb().is_some_and(|name| name == text) {
        return Some(Type::BigNumeric);
    }
    if let Some(inner) = text.strip_prefix("STRUCT(").and_then(|rest| rest.strip_suffix(')')) {
        let mut fields = Vec::new();
        for field in split_top_level(inner) {
            let field = field.trim();
            let (name, kind) = match field.strip_prefix('"') {
                Some(rest) => {
                    let end = rest.find("\" ")?;
                    (rest[..end].replace("\"\"", "\""), &rest[end + 2..])
                }
                None => {
                    let (name, kind) = field.split_once(' ')?;
                    (name.to_owned(), kind)
                }
            };
            fields.push((name, from_duckdb(kind.trim())?));
        }
        return Some(match fields.as_slice() {
            [(start, kind), (end, _)] if start == RANGE_START && end == RANGE_END => {
                Type::Range(Box::new(kind.clone()))
            }
            _ => Type::Struct(fields),
        });
    }
    if let Some(inner) = text.strip_prefix("DECIMAL(").and_then(|rest| rest.strip_suffix(')')) {
        let scale: u32 = inner.split_once(',')?.1.trim().parse().ok()?;
        return Some(if scale > 9 { Type::BigNumeric } else { Type::Numeric });
    }
    Some(match text {
        "BIGINT" | "INTEGER" | "SMALLINT" | "TINYINT" | "HUGEINT" | "UBIGINT" | "UINTEGER"
        | "USMALLINT" | "UTINYINT" => Type::Int64,
        "DOUBLE" | "FLOAT" => Type::Float64,
        "BOOLEAN" => Type::Bool,
        "VARCHAR" | "UUID" => Type::String,
        "BLOB" => Type::Bytes,
        "DATE" => Type::Date,
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => Type::DateTime,
        "TIMESTAMP WITH TIME ZONE" => Type::Timestamp,
        "TIME" => Type::Time,
        "JSON" => Type::Json,
        "INTERVAL" => Type::Interval,
        _ => return None,
    })
}

/// Splits at commas outside parentheses and quotes.
fn split_top_level(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quoted, mut from) = (0usize, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if depth == 0 && !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_both_ways() {
        for (google, duckdb) in [
            ("INT64", "BIGINT"),
            ("NUMERIC", "DECIMAL(38,9)"),
            ("RANGE<DATE>", "STRUCT(\"RANGE()\" DATE, \"to\" DATE)"),
            ("ARRAY<BIGNUMERIC>", "STRUCT(\"BIGNUMERIC()\" BLOB)[]"),
            ("ARRAY<STRING>", "VARCHAR[]"),
            ("STRUCT<a INT64, b ARRAY<DATE>>", "STRUCT(\"a\" BIGINT, \"b\" DATE[])"),
            ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
        ] {
            assert_eq!(duckdb_type(google).as_deref(), Ok(duckdb));
            assert_eq!(google_type(duckdb), google);
        }
    }
}
