//! The type of a column that nobody declares, from the values given for it.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::sql_type::{Shape, SqlType};
use crate::relation::Dialect;

static DATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d{4}-\d{2}-\d{2}$").expect("a constant pattern"));
static DATETIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$").expect("a constant pattern")
});
static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|z|UTC|[+-]\d{1,2}(:?\d{2})?)$",
    )
    .expect("a constant pattern")
});

/// What a value looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Int,
    Float,
    Bool,
    Date,
    Datetime,
    Timestamp,
    Text,
}

/// The type that fits all values that are not null; nothing where there is none, or where they do
/// not go together. Text that is a date or a time in full is taken for one: declare the column's
/// `data_type` where it is not. In CSV every value is text, so numbers are looked for there too.
pub fn infer<'a>(
    values: impl Iterator<Item = &'a Json> + Clone,
    from_csv: bool,
    dialect: Dialect,
) -> Option<SqlType> {
    let given = values.filter(|value| !value.is_null());
    let first = given.clone().next()?;
    match first {
        Json::Array(_) => {
            let items = given.filter_map(Json::as_array).flatten();
            let item = infer(items.collect::<Vec<_>>().into_iter(), from_csv, dialect)?;
            Some(SqlType { dialect, shape: Shape::Array(Box::new(item)) })
        }
        Json::Object(_) => {
            let maps: Vec<_> = given.filter_map(Json::as_object).collect();
            let mut names: Vec<&String> = Vec::new();
            for name in maps.iter().flat_map(|map| map.keys()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let mut fields = Vec::new();
            for name in names {
                let values: Vec<&Json> = maps.iter().filter_map(|map| map.get(name)).collect();
                fields.push((name.clone(), infer(values.into_iter(), from_csv, dialect)?));
            }
            Some(SqlType { dialect, shape: Shape::Struct(fields) })
        }
        _ => {
            let mut looks = given.map(|value| look(value, from_csv));
            let first = looks.next()??;
            let common = looks.try_fold(first, |so_far, next| match (so_far, next?) {
                (a, b) if a == b => Some(a),
                (Look::Int, Look::Float) | (Look::Float, Look::Int) => Some(Look::Float),
                (Look::Date | Look::Datetime | Look::Timestamp | Look::Text, Look::Text)
                | (Look::Text, Look::Date | Look::Datetime | Look::Timestamp) => Some(Look::Text),
                _ if from_csv => Some(Look::Text),
                _ => None,
            })?;
            Some(SqlType::scalar(dialect, name(common, dialect)))
        }
    }
}

fn look(value: &Json, from_csv: bool) -> Option<Look> {
    Some(match value {
        Json::Bool(_) => Look::Bool,
        Json::Number(number) if number.is_i64() || number.is_u64() => Look::Int,
        Json::Number(_) => Look::Float,
        Json::String(text) if from_csv && text.parse::<i64>().is_ok() => Look::Int,
        Json::String(text) if from_csv && text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Look::Float
        }
        Json::String(text)
            if from_csv && ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) =>
        {
            Look::Bool
        }
        Json::String(text) if DATE.is_match(text) => Look::Date,
        Json::String(text) if DATETIME.is_match(text) => Look::Datetime,
        Json::String(text) if TIMESTAMP.is_match(text) => Look::Timestamp,
        Json::String(_) => Look::Text,
        Json::Null | Json::Array(_) | Json::Object(_) => return None,
    })
}

fn name(look: Look, dialect: Dialect) -> &'static str {
    match (look, dialect) {
        (Look::Int, Dialect::GoogleSql) => "INT64",
        (Look::Int, Dialect::DuckDb) => "BIGINT",
        (Look::Float, Dialect::GoogleSql) => "FLOAT64",
        (Look::Float, Dialect::DuckDb) => "DOUBLE",
        (Look::Bool, Dialect::GoogleSql) => "BOOL",
        (Look::Bool, Dialect::DuckDb) => "BOOLEAN",
        (Look::Date, _) => "DATE",
        (Look::Datetime, Dialect::GoogleSql) => "DATETIME",
        (Look::Datetime, Dialect::DuckDb) => "TIMESTAMP",
        (Look::Timestamp, Dialect::GoogleSql) => "TIMESTAMP",
        (Look::Timestamp, Dialect::DuckDb) => "TIMESTAMP WITH TIME ZONE",
        (Look::Text, Dialect::GoogleSql) => "STRING",
        (Look::Text, Dialect::DuckDb) => "VARCHAR",
    }
}
