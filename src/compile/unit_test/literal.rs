//! A value from YAML as a typed SQL literal.

use serde_json::{Map, Value as Json};

use super::sql_type::{Shape, SqlType};
use crate::{diagnostic::did_you_mean, relation::Dialect};

/// What is wrong with a value, and what to do.
#[derive(Debug)]
pub struct BadValue {
    /// What is wrong, continuing "column `x` …".
    pub problem: String,
    /// What to do, if something can be said.
    pub help: Option<String>,
}

impl BadValue {
    fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { problem: problem.into(), help: Some(help.into()) }
    }
}

/// The literal. Text given for an array, a struct or a geography is an SQL expression, as in dbt;
/// fields left out of a struct are NULL, at every depth.
pub fn literal(value: &Json, kind: Option<&SqlType>, dialect: Dialect) -> Result<String, BadValue> {
    match kind {
        None => untyped(value, dialect),
        Some(kind) => typed(value, kind),
    }
}

fn typed(value: &Json, kind: &SqlType) -> Result<String, BadValue> {
    if value.is_null() {
        return Ok(format!("CAST(NULL AS {kind})"));
    }
    match (&kind.shape, value) {
        (Shape::Array(_) | Shape::Struct(_), Json::String(expression)) => Ok(expression.clone()),
        (Shape::Array(item), Json::Array(values)) => {
            let items: Result<Vec<String>, BadValue> =
                values.iter().map(|value| typed(value, item)).collect();
            let items = items?.join(", ");
            Ok(match (kind.dialect, values.is_empty()) {
                (Dialect::GoogleSql, true) => format!("CAST([] AS {kind})"),
                (Dialect::GoogleSql, false) => format!("[{items}]"),
                (Dialect::DuckDb, _) => format!("CAST([{items}] AS {kind})"),
            })
        }
        (Shape::Struct(fields), Json::Object(values)) => structure(values, fields, kind),
        (Shape::Scalar(_), _) => scalar(value, kind),
        (Shape::Array(_), _) => Err(BadValue::new(
            format!("is {kind} and the value is no list"),
            "write a list: `[1, 2]`, or an SQL expression as text",
        )),
        (Shape::Struct(_), _) => Err(BadValue::new(
            format!("is {kind} and the value is no mapping"),
            "write a mapping: `{name: value}`, or an SQL expression as text",
        )),
    }
}

fn structure(
    values: &Map<String, Json>,
    fields: &[(String, SqlType)],
    kind: &SqlType,
) -> Result<String, BadValue> {
    let known = |name: &str| fields.iter().any(|(field, _)| field.eq_ignore_ascii_case(name));
    if let Some(wrong) = values.keys().find(|name| !known(name)) {
        let names = fields.iter().map(|(name, _)| name.as_str());
        return Err(BadValue {
            problem: format!("is {kind}, which has no field `{wrong}`"),
            help: did_you_mean(wrong, names),
        });
    }
    let mut parts = Vec::with_capacity(fields.len());
    for (name, field) in fields {
        let given = values.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let value = match given {
            Some((_, value)) => typed(value, field)?,
            None => missing(field),
        };
        parts.push(named(kind.dialect, name, &value));
    }
    Ok(wrap_struct(kind.dialect, &parts))
}

/// A value that a partial struct leaves out: structs stay structs, with NULL in every field.
fn missing(kind: &SqlType) -> String {
    match &kind.shape {
        Shape::Struct(fields) => {
            let parts: Vec<String> = fields
                .iter()
                .map(|(name, field)| named(kind.dialect, name, &missing(field)))
                .collect();
            wrap_struct(kind.dialect, &parts)
        }
        _ => format!("CAST(NULL AS {kind})"),
    }
}

fn named(dialect: Dialect, name: &str, value: &str) -> String {
    match dialect {
        Dialect::GoogleSql => format!("{value} AS {}", dialect.quote(name)),
        Dialect::DuckDb => format!("{} := {value}", dialect.quote(name)),
    }
}

fn wrap_struct(dialect: Dialect, parts: &[String]) -> String {
    let function = if dialect == Dialect::GoogleSql { "STRUCT" } else { "struct_pack" };
    format!("{function}({})", parts.join(", "))
}

fn scalar(value: &Json, kind: &SqlType) -> Result<String, BadValue> {
    let dialect = kind.dialect;
    let base = kind.base_name();
    let cast = |text: &str| format!("CAST({} AS {kind})", quoted(text, dialect));
    if base == "JSON" {
        let text = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        return Ok(match dialect {
            Dialect::GoogleSql => format!("PARSE_JSON({})", quoted(&text, dialect)),
            Dialect::DuckDb => cast(&text),
        });
    }
    match value {
        Json::String(text) if base == "GEOGRAPHY" => Ok(match is_call(text) {
            true => text.clone(),
            false => format!("ST_GEOGFROMTEXT({})", quoted(text, dialect)),
        }),
        Json::String(text) if kind.is_text() && dialect == Dialect::GoogleSql => {
            Ok(quoted(text, dialect))
        }
        Json::String(text) => Ok(cast(text)),
        Json::Bool(value) if matches!(base.as_str(), "BOOL" | "BOOLEAN") => {
            Ok(if *value { "TRUE" } else { "FALSE" }.to_owned())
        }
        Json::Bool(value) if kind.is_text() => Ok(cast(if *value { "true" } else { "false" })),
        Json::Bool(value) => {
            Ok(format!("CAST({} AS {kind})", if *value { "TRUE" } else { "FALSE" }))
        }
        Json::Number(number) if matches!(base.as_str(), "BOOL" | "BOOLEAN") => {
            Ok(format!("CAST({number} AS {kind})"))
        }
        Json::Number(number) => match (kind.is_integer(), number.as_f64()) {
            (true, Some(float)) if !number.is_i64() && !number.is_u64() => {
                if float.fract() == 0.0 && float.abs() < 9e15 {
                    Ok(cast(&format!("{float:.0}")))
                } else {
                    Err(BadValue {
                        problem: format!("is {kind} and `{number}` is no whole number"),
                        help: None,
                    })
                }
            }
            // From text, so that decimals stay exact.
            _ => Ok(cast(&number.to_string())),
        },
        Json::Array(_) | Json::Object(_) => {
            let given = if value.is_array() { "a list" } else { "a mapping" };
            Err(BadValue::new(
                format!("is {kind} and the value is {given}"),
                "put the value in quotes if it is text",
            ))
        }
        Json::Null => Ok(format!("CAST(NULL AS {kind})")),
    }
}

fn untyped(value: &Json, dialect: Dialect) -> Result<String, BadValue> {
    Ok(match value {
        Json::Null => "NULL".to_owned(),
        Json::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => quoted(text, dialect),
        Json::Array(items) => {
            let items: Result<Vec<String>, BadValue> =
                items.iter().map(|item| untyped(item, dialect)).collect();
            format!("[{}]", items?.join(", "))
        }
        Json::Object(map) => {
            let parts: Result<Vec<String>, BadValue> = map
                .iter()
                .map(|(name, value)| Ok(named(dialect, name, &untyped(value, dialect)?)))
                .collect();
            wrap_struct(dialect, &parts?)
        }
    })
}

/// Whether text is an SQL call (`st_geogpoint(75, 45)`) and no well-known text (`POINT(75 45)`).
fn is_call(text: &str) -> bool {
    text.trim_start().get(..3).is_some_and(|head| head.eq_ignore_ascii_case("st_"))
}

/// Text as a string literal.
pub fn quoted(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::DuckDb => format!("'{}'", text.replace('\'', "''")),
        Dialect::GoogleSql => {
            let mut out = String::with_capacity(text.len() + 2);
            out.push('\'');
            for c in text.chars() {
                match c {
                    '\\' => out.push_str("\\\\"),
                    '\'' => out.push_str("\\'"),
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    other => out.push(other),
                }
            }
            out.push('\'');
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn shown(dialect: Dialect, kind: &str, value: Json) -> String {
        let kind = SqlType::parse(dialect, kind);
        match literal(&value, Some(&kind), dialect) {
            Ok(literal) => literal,
            Err(bad) => format!("refused: {}; {:?}", bad.problem, bad.help),
        }
    }

    #[test]
    fn googlesql_literals() {
        let values = [
            ("INT64", json!(1)),
            ("INT64", json!(1.0)),
            ("INT64", json!(1.5)),
            ("NUMERIC", json!(12.5)),
            ("STRING", json!("it's\na \\")),
            ("STRING", json!({"a": 1})),
            ("BOOL", json!(true)),
            ("DATE", json!("2024-03-01")),
            ("TIMESTAMP", Json::Null),
            ("JSON", json!({"a": [1, null]})),
            ("GEOGRAPHY", json!("st_geogpoint(75, 45)")),
            ("GEOGRAPHY", json!("POINT(75 45)")),
            ("ARRAY<INT64>", json!([1, 2])),
            ("ARRAY<STRING>", json!([])),
            ("STRUCT<a INT64, b STRUCT<c STRING, d ARRAY<INT64>>>", json!({"A": 1})),
            ("STRUCT<amount INT64>", json!({"amuont": 1})),
            ("STRUCT<a INT64>", json!("STRUCT(1 AS a)")),
            ("ARRAY<STRUCT<a INT64, b DATE>>", json!([{"a": 1}, {"b": "2024-01-01"}])),
        ];
        let lines: Vec<String> = values
            .into_iter()
            .map(|(kind, value)| {
                format!("{kind} {value} → {}", shown(Dialect::GoogleSql, kind, value.clone()))
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn duckdb_literals() {
        let values = [
            ("DECIMAL(10,2)", json!(12.5)),
            ("VARCHAR", json!("it's")),
            ("INTEGER[]", json!([])),
            ("STRUCT(a INTEGER, b STRUCT(c VARCHAR))", json!({"a": 1})),
            ("JSON", json!([1])),
            ("BOOLEAN", json!(false)),
        ];
        let lines: Vec<String> = values
            .into_iter()
            .map(|(kind, value)| {
                format!("{kind} {value} → {}", shown(Dialect::DuckDb, kind, value.clone()))
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            "\\PC{0,8}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec(("[a-c]", inner), 0..4)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Whatever is given for whatever type is written or refused.
        #[test]
        fn any_value_is_answered(
            value in any_json(),
            kind in "(ARRAY<|STRUCT<a |STRUCT\\(a |INT64|VARCHAR|>|\\)|\\[\\]|, b |`|é| ){0,6}",
        ) {
            for dialect in [Dialect::GoogleSql, Dialect::DuckDb] {
                let kind = SqlType::parse(dialect, &kind);
                let _ = literal(&value, Some(&kind), dialect);
                let _ = literal(&value, None, dialect);
            }
        }

        /// A text's literal is the text again when it is read.
        #[test]
        fn text_comes_back_from_its_literal(text in "\\PC{0,24}|[\\\\'\"\n\r\tn]{0,8}") {
            use crate::sql::{NoSchemas, translate_expression};
            let sql = quoted(&text, Dialect::GoogleSql);
            let read = translate_expression(&sql, &NoSchemas).expect("a literal");
            prop_assert_eq!(read, format!("'{}'", text.replace('\'', "''")));
        }
    }
}
