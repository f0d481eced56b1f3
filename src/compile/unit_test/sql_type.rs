//! Data types as far as literals need them: arrays, structs, and everything else by name.

use std::fmt;

use crate::relation::Dialect;

/// Types inside types at most: BigQuery allows 15, and reading deeper ones takes stack.
const MAX_DEPTH: usize = 64;

/// A data type of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlType {
    /// The dialect it is written in.
    pub dialect: Dialect,
    /// Its shape.
    pub shape: Shape,
}

/// The shape of a data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Neither array nor struct, as written (`NUMERIC(10, 2)`).
    Scalar(String),
    /// An array of a type.
    Array(Box<SqlType>),
    /// Fields in order.
    Struct(Vec<(String, SqlType)>),
}

impl SqlType {
    /// A scalar type of that name.
    pub fn scalar(dialect: Dialect, name: &str) -> Self {
        Self { dialect, shape: Shape::Scalar(name.to_owned()) }
    }

    /// Reads a type as the warehouse or a user writes it. What is not understood stays a scalar of
    /// that text: the engine says what is wrong with it.
    pub fn parse(dialect: Dialect, text: &str) -> Self {
        Self::parse_within(dialect, text, MAX_DEPTH)
    }

    fn parse_within(dialect: Dialect, text: &str, depth: usize) -> Self {
        let text = text.trim();
        let Some(depth) = depth.checked_sub(1) else { return Self::scalar(dialect, text) };
        let array = |item: &str| Self {
            dialect,
            shape: Shape::Array(Box::new(Self::parse_within(dialect, item, depth))),
        };
        match dialect {
            Dialect::GoogleSql => {
                if let Some(item) = inside(text, "ARRAY", '<', '>') {
                    return array(item);
                }
                if let Some(fields) = inside(text, "STRUCT", '<', '>') {
                    return Self::parse_struct(dialect, fields, depth)
                        .unwrap_or(Self::scalar(dialect, text));
                }
            }
            Dialect::DuckDb => {
                if let Some(open) = text.strip_suffix(']').and_then(|rest| rest.rfind('['))
                    && text[open + 1..text.len() - 1].bytes().all(|byte| byte.is_ascii_digit())
                {
                    return array(&text[..open]);
                }
                if let Some(fields) = inside(text, "STRUCT", '(', ')') {
                    return Self::parse_struct(dialect, fields, depth)
                        .unwrap_or(Self::scalar(dialect, text));
                }
            }
        }
        Self::scalar(dialect, text)
    }

    fn parse_struct(dialect: Dialect, fields: &str, depth: usize) -> Option<Self> {
        let quote = if dialect == Dialect::GoogleSql { '`' } else { '"' };
        let mut parsed = Vec::new();
        for field in split_fields(fields) {
            let field = field.trim();
            let (name, kind) = match field.strip_prefix(quote) {
                Some(rest) => rest.split_once(quote)?,
                None => field.split_once(char::is_whitespace)?,
            };
            parsed.push((name.to_owned(), Self::parse_within(dialect, kind, depth)));
        }
        Some(Self { dialect, shape: Shape::Struct(parsed) })
    }

    /// The scalar's name in capitals without parameters; empty for arrays and structs.
    pub fn base_name(&self) -> String {
        match &self.shape {
            Shape::Scalar(name) => name.split('(').next().unwrap_or_default().trim().to_uppercase(),
            _ => String::new(),
        }
    }

    /// Whether it holds whole numbers only.
    pub fn is_integer(&self) -> bool {
        let names = [
            "INT64",
            "INT",
            "INTEGER",
            "BIGINT",
            "SMALLINT",
            "TINYINT",
            "BYTEINT",
            "HUGEINT",
            "UBIGINT",
            "UINTEGER",
            "USMALLINT",
            "UTINYINT",
            "UHUGEINT",
        ];
        names.contains(&self.base_name().as_str())
    }

    /// Whether it holds text.
    pub fn is_text(&self) -> bool {
        ["STRING", "VARCHAR", "TEXT", "CHAR", "BPCHAR"].contains(&self.base_name().as_str())
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |fields: &[(String, Self)]| {
            let one =
                |(name, kind): &(String, Self)| format!("{} {kind}", self.dialect.quote(name));
            fields.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        match (&self.shape, self.dialect) {
            // A length would cut longer texts off in silence.
            (Shape::Scalar(_), _) if self.is_text() => f.write_str(&self.base_name()),
            (Shape::Scalar(name), _) => f.write_str(name),
            (Shape::Array(item), Dialect::GoogleSql) => write!(f, "ARRAY<{item}>"),
            (Shape::Array(item), Dialect::DuckDb) => write!(f, "{item}[]"),
            (Shape::Struct(all), Dialect::GoogleSql) => write!(f, "STRUCT<{}>", fields(all)),
            (Shape::Struct(all), Dialect::DuckDb) => write!(f, "STRUCT({})", fields(all)),
        }
    }
}

/// What stands between the brackets of `NAME<…>`.
fn inside<'a>(text: &'a str, name: &str, open: char, close: char) -> Option<&'a str> {
    let head = text.get(..name.len())?;
    let rest = text[name.len()..].trim_start();
    if !head.eq_ignore_ascii_case(name) {
        return None;
    }
    rest.strip_prefix(open)?.strip_suffix(close)
}

/// Fields at the top level: commas inside brackets and quotes do not count.
fn split_fields(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut depth, mut start, mut quoted) = (0usize, 0, None);
    for (at, c) in text.char_indices() {
        match (quoted, c) {
            (Some(quote), c) if c == quote => quoted = None,
            (Some(_), _) => {}
            (None, '`' | '"') => quoted = Some(c),
            (None, '<' | '(' | '[') => depth += 1,
            (None, '>' | ')' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                fields.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        fields.push(&text[start..]);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_types_are_read_and_written_in_both_dialects() {
        for (dialect, text, written) in [
            (
                Dialect::GoogleSql,
                "ARRAY<STRUCT<a INT64, `b c` NUMERIC(10, 2)>>",
                "ARRAY<STRUCT<`a` INT64, `b c` NUMERIC(10, 2)>>",
            ),
            (Dialect::GoogleSql, "string(10)", "STRING"),
            (
                Dialect::DuckDb,
                "STRUCT(a INTEGER, \"b, c\" DECIMAL(10,2)[])[]",
                "STRUCT(\"a\" INTEGER, \"b, c\" DECIMAL(10,2)[])[]",
            ),
            (Dialect::DuckDb, "MAP(VARCHAR, INTEGER)", "MAP(VARCHAR, INTEGER)"),
            (Dialect::DuckDb, "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
        ] {
            assert_eq!(SqlType::parse(dialect, text).to_string(), written);
        }
    }
}
