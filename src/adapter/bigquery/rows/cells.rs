//! Values as the API writes them, by their column's type
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    adapter::bigquery::{error::BigQueryError, resource::Field},
    relation::Cell,
};

/// Nesting deeper than BigQuery's own limit of 15 levels.
const MAX_DEPTH: usize = 32;

/// A row, `{"f": [{"v": …}, …]}`.
pub(super) fn row(fields: &[Field], row: &Value) -> Result<Vec<Cell>, BigQueryError> {
    cells(fields, row, 0)
}

fn cells(fields: &[Field], row: &Value, depth: usize) -> Result<Vec<Cell>, BigQueryError> {
    let values = row.get("f").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if values.len() != fields.len() || depth > MAX_DEPTH {
        let (values, fields) = (values.len(), fields.len());
        let message = format!("a row of BigQuery has {values} values for {fields} columns");
        return Err(BigQueryError::protocol(message));
    }
    fields.iter().zip(values).map(|(field, value)| column(field, &value["v"], depth)).collect()
}

fn column(field: &Field, value: &Value, depth: usize) -> Result<Cell, BigQueryError> {
    if !field.is_repeated() {
        return cell(field, value, depth);
    }
    match value {
        // BigQuery does not keep NULL apart from an empty array.
        Value::Null => Ok(Cell::List(Vec::new())),
        Value::Array(items) => {
            let items = items.iter().map(|item| cell(field, &item["v"], depth));
            items.collect::<Result<_, _>>().map(Cell::List)
        }
        _ => Err(unreadable(field, value)),
    }
}

fn cell(field: &Field, value: &Value, depth: usize) -> Result<Cell, BigQueryError> {
    let text = match value {
        Value::Null => return Ok(Cell::Null),
        Value::String(text) => text.clone(),
        Value::Object(_) => {
            let cells = cells(&field.fields, value, depth + 1)?;
            let names = field.fields.iter().map(|field| field.name.clone());
            return Ok(Cell::Struct(names.zip(cells).collect()));
        }
        // Servers that speak the API otherwise.
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) => return Err(unreadable(field, value)),
    };
    let cell = match field.kind() {
        "INT64" => text.parse().ok().map(Cell::Int),
        "FLOAT64" => text.parse().ok().map(Cell::Float),
        "BOOL" => match text.to_ascii_lowercase().as_str() {
            "true" => Some(Cell::Bool(true)),
            "false" => Some(Cell::Bool(false)),
            _ => None,
        },
        "NUMERIC" | "BIGNUMERIC" => Some(Cell::Decimal(text)),
        "BYTES" => STANDARD.decode(&text).ok().map(Cell::Bytes),
        "TIMESTAMP" => timestamp(&text).map(Cell::Text),
        "DATETIME" => Some(Cell::Text(spread(&text.replacen('T', " ", 1)))),
        "TIME" => Some(Cell::Text(spread(&text))),
        "STRUCT" => None,
        _ => Some(Cell::Text(text)),
    };
    cell.ok_or_else(|| unreadable(field, value))
}

fn unreadable(field: &Field, value: &Value) -> BigQueryError {
    let kind = match value {
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        _ => "a value",
    };
    let (name, data_type) = (&field.name, field.data_type());
    BigQueryError::protocol(format!("BigQuery gave {kind} that is no {data_type} as `{name}`"))
}

/// `2024-01-31 12:00:00+00:00` from microseconds since 1970, which is what is asked for; from seconds or
/// RFC 3339, which other servers give.
fn timestamp(text: &str) -> Option<String> {
    let moment = match text.parse::<i64>() {
        Ok(micros) => DateTime::from_timestamp_micros(micros)?,
        Err(_) => match text.parse::<f64>() {
            Ok(seconds) => DateTime::from_timestamp_micros((seconds * 1e6).round() as i64)?,
            Err(_) => DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)).ok()?.to_utc(),
        },
    };
    Some(write(moment))
}

fn write(moment: DateTime<Utc>) -> String {
    let mut text = moment.format("%Y-%m-%d %H:%M:%S").to_string();
    let micros = moment.timestamp_subsec_micros();
    if micros > 0 {
        text += &format!(".{micros:06}");
    }
    text + "+00:00"
}

/// The part behind the second has six digits, or is not there.
fn spread(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction:0<6}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str, value: &str) -> Result<Cell, String> {
        let field: Field = serde_json::from_str(field).expect("it is a field");
        let value: Value = serde_json::from_str(value).expect("it is JSON");
        column(&field, &value, 0).map_err(|error| error.to_string())
    }

    fn plain(kind: &str, value: &str) -> Result<Cell, String> {
        read(&format!(r#"{{"name":"c","type":"{kind}"}}"#), value)
    }

    #[test]
    fn plain_values() {
        let text = |text: &str| Ok(Cell::Text(text.to_owned()));
        assert_eq!(plain("INTEGER", r#""9007199254740993""#), Ok(Cell::Int(9_007_199_254_740_993)));
        assert_eq!(plain("FLOAT", r#""1.5""#), Ok(Cell::Float(1.5)));
        assert_eq!(plain("FLOAT64", r#""-Infinity""#), Ok(Cell::Float(f64::NEG_INFINITY)));
        assert_eq!(plain("BOOLEAN", r#""true""#), Ok(Cell::Bool(true)));
        assert_eq!(plain("NUMERIC", r#""1.50""#), Ok(Cell::Decimal("1.50".to_owned())));
        assert_eq!(plain("BYTES", r#""AAE=""#), Ok(Cell::Bytes(vec![0, 1])));
        assert_eq!(plain("DATE", r#""2024-01-31""#), text("2024-01-31"));
        assert_eq!(plain("JSON", r#""{\"a\":1}""#), text(r#"{"a":1}"#));
        assert_eq!(plain("STRING", "null"), Ok(Cell::Null));
    }

    #[test]
    fn moments() {
        let text = |text: &str| Ok(Cell::Text(text.to_owned()));
        assert_eq!(plain("TIMESTAMP", r#""1706702400000000""#), text("2024-01-31 12:00:00+00:00"));
        let before = plain("TIMESTAMP", r#""-1""#);
        assert_eq!(before, text("1969-12-31 23:59:59.999999+00:00"));
        assert_eq!(plain("TIMESTAMP", r#""1.7067024E9""#), text("2024-01-31 12:00:00+00:00"));
        let written = plain("TIMESTAMP", r#""2024-01-31T12:00:00.5Z""#);
        assert_eq!(written, text("2024-01-31 12:00:00.500000+00:00"));
        assert_eq!(plain("DATETIME", r#""2024-01-31T12:00:00""#), text("2024-01-31 12:00:00"));
        assert_eq!(plain("TIME", r#""12:00:00.25""#), text("12:00:00.250000"));
    }

    #[test]
    fn nested_values() {
        let field = r#"{"name":"c","type":"RECORD","mode":"REPEATED","fields":[
            {"name":"a","type":"INTEGER"},{"name":"b","type":"STRING","mode":"REPEATED"}]}"#;
        let value = r#"[{"v":{"f":[{"v":"1"},{"v":[{"v":"x"},{"v":"y"}]}]}}]"#;
        let text = |text: &str| Cell::Text(text.to_owned());
        let inner = Cell::Struct(vec![
            ("a".to_owned(), Cell::Int(1)),
            ("b".to_owned(), Cell::List(vec![text("x"), text("y")])),
        ]);
        assert_eq!(read(field, value), Ok(Cell::List(vec![inner])));
        assert_eq!(read(field, "null"), Ok(Cell::List(Vec::new())));
    }

    #[test]
    fn what_does_not_fit_its_type_is_no_value() {
        for (kind, value) in [
            ("INTEGER", r#""one""#),
            ("INTEGER", "[]"),
            ("BOOLEAN", r#""maybe""#),
            ("BYTES", r#""?""#),
            ("TIMESTAMP", r#""soon""#),
            ("STRING", r#"{"f":[{"v":"1"}]}"#),
        ] {
            assert!(plain(kind, value).is_err(), "{kind} {value}");
        }
    }

    mod any {
        use proptest::prelude::*;
        use serde_json::{Value, json};

        use crate::adapter::bigquery::resource::Field;

        fn value() -> impl Strategy<Value = Value> {
            let leaf = prop_oneof![
                Just(Value::Null),
                any::<bool>().prop_map(Value::from),
                any::<f64>().prop_map(|number| json!(number)),
                any::<i64>().prop_map(|number| json!(number.to_string())),
                "[-+.0-9eETZ: ]{0,24}".prop_map(Value::from),
                any::<String>().prop_map(Value::from),
            ];
            leaf.prop_recursive(4, 32, 4, |inner| {
                prop_oneof![
                    prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                    prop::collection::vec(inner.clone(), 0..4)
                        .prop_map(|values| json!({"f": values})),
                    inner.prop_map(|value| json!({"v": value})),
                ]
            })
        }

        fn field() -> impl Strategy<Value = Field> {
            let kind = prop::sample::select(vec![
                "INTEGER",
                "FLOAT64",
                "BOOL",
                "NUMERIC",
                "BYTES",
                "TIMESTAMP",
                "DATETIME",
                "TIME",
                "DATE",
                "STRING",
                "JSON",
                "RANGE",
                "NOVELTY",
            ]);
            let leaf = (kind, any::<bool>()).prop_map(|(kind, repeated)| Field {
                mode: repeated.then(|| "REPEATED".to_owned()),
                ..Field::new("c", kind)
            });
            leaf.prop_recursive(3, 12, 3, |inner| {
                prop::collection::vec(inner, 0..3)
                    .prop_map(|fields| Field { fields, ..Field::new("s", "RECORD") })
            })
        }

        proptest! {
            #[test]
            fn no_row_panics(fields in prop::collection::vec(field(), 0..3), row in value()) {
                let _ = super::super::row(&fields, &row);
            }
        }
    }
}
