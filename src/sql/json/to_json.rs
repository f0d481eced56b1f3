//! `TO_JSON` and `TO_JSON_STRING`: how BigQuery writes each type
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings>).

use serde_json::Value;

use crate::sql::{
    ranges::bound,
    translate::{Translator, Typed},
    types::{Type, literal, quote},
};

/// Integers beyond this are texts in JSON: others would lose digits in many readers.
const LARGEST_NUMBER: i64 = 1 << 53;

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON value: numbers stay numbers.
    Document,
    /// A text: numbers that readers would round are texts.
    Text,
}

impl Translator<'_> {
    /// The JSON text of a value, `null` where it is NULL; none where its type is not known.
    pub(super) fn json_text_of(&mut self, value: &Typed, form: Form) -> Option<String> {
        let text = self.json_text(value, form)?;
        Some(format!("coalesce({text}, 'null')"))
    }

    /// A JSON value of a value; none where its type is not known.
    pub(super) fn json_of(&mut self, value: &Typed) -> Option<String> {
        let text = self.json_text_of(value, Form::Document)?;
        Some(format!("CAST(googlesql_round_json({text}) AS JSON)"))
    }

    fn json_text(&mut self, value: &Typed, form: Form) -> Option<String> {
        let sql = &value.sql;
        let quoted = |text: &str| format!("('\"' || {text} || '\"')");
        Some(match &value.kind {
            Type::Null => "CAST(NULL AS VARCHAR)".to_owned(),
            Type::Unknown => return None,
            Type::Bool | Type::Json => format!("CAST({sql} AS VARCHAR)"),
            Type::String => format!("googlesql_json_quoted({sql})"),
            Type::Date => quoted(&format!("CAST({sql} AS VARCHAR)")),
            Type::Interval => quoted(&self.interval_text(value, "googlesql_interval_iso_text")),
            Type::Int64 if form == Form::Document => format!("CAST({sql} AS VARCHAR)"),
            Type::Int64 => self.bind(&[value], |names| {
                let (value, text) = (&names[0], format!("CAST({} AS VARCHAR)", names[0]));
                format!(
                    "(CASE WHEN abs(CAST({value} AS HUGEINT)) > {LARGEST_NUMBER} THEN {} ELSE {text} END)",
                    quoted(&text)
                )
            }),
            Type::Float64 => {
                let function = match form {
                    Form::Document => "googlesql_json_number",
                    Form::Text => "googlesql_float_text",
                };
                self.bind(&[value], |names| {
                    let value = &names[0];
                    format!(
                        "(CASE WHEN isnan({value}) THEN '\"NaN\"' WHEN isinf({value}) THEN CASE WHEN {value} > 0 THEN '\"Infinity\"' ELSE '\"-Infinity\"' END ELSE {function}({value}) END)"
                    )
                })
            }
            Type::Numeric | Type::BigNumeric => {
                let text = self.convert(value, &Type::String, false);
                if form == Form::Document {
                    return Some(text);
                }
                let (text, kind) = (Typed::new(text, Type::String), &value.kind);
                let number = match kind {
                    Type::BigNumeric => self.convert(value, &Type::Float64, false),
                    _ => sql.clone(),
                };
                let number = Typed::new(number, Type::Unknown);
                self.bind(&[&number, &text], |names| {
                    let (number, text) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN abs({number}) > {LARGEST_NUMBER} OR contains({text}, '.') THEN {} ELSE {text} END)",
                        quoted(text)
                    )
                })
            }
            Type::Bytes => quoted(&format!("to_base64({sql})")),
            Type::Time => {
                let text = format!("strftime(DATE '2000-01-01' + {sql}, '%H:%M:%S.%f')");
                quoted(&shortened(&text))
            }
            Type::DateTime => {
                quoted(&shortened(&format!("strftime({sql}, '%Y-%m-%dT%H:%M:%S.%f')")))
            }
            Type::Timestamp => {
                let text = format!("strftime({sql} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f')");
                quoted(&format!("{} || 'Z'", shortened(&text)))
            }
            Type::Range(element) => {
                let (element, kind) = (element.as_ref().clone(), value.kind.clone());
                self.bind_nested(&[value], |translator, names| {
                    let range = Typed::new(names[0].as_str(), kind);
                    let mut end = |is_start| {
                        let moment = bound(&range, &element, is_start);
                        translator.json_text_of(&moment, form).unwrap_or_default()
                    };
                    let (from, to) = (end(true), end(false));
                    format!(
                        "(CASE WHEN {} IS NOT NULL THEN '{{\"start\":' || {from} || ',\"end\":' || {to} || '}}' END)",
                        range.sql
                    )
                })
            }
            Type::Array(element) => {
                let name = self.fresh("e");
                let element = Typed::new(name.as_str(), element.as_ref().clone());
                let part = self.json_text_of(&element, form)?;
                self.bind(&[value], |names| {
                    let array = &names[0];
                    format!(
                        "(CASE WHEN {array} IS NOT NULL THEN '[' || coalesce(array_to_string(list_transform({array}, lambda {name}: {part}), ','), '') || ']' END)"
                    )
                })
            }
            Type::Struct(fields) => {
                let fields = fields.clone();
                let mut known = true;
                let built = self.bind_nested(&[value], |translator, names| {
                    let mut parts = Vec::new();
                    for (at, (name, kind)) in fields.iter().enumerate() {
                        let part = format!("{}.{}", names[0], quote(name));
                        let part =
                            translator.json_text_of(&Typed::new(part, kind.clone()), form);
                        known &= part.is_some();
                        let comma = if at > 0 { "," } else { "" };
                        // A field without a name has one in the engine.
                        let shown = if *name == format!("_field_{}", at + 1) { "" } else { name };
                        let key = format!("{comma}{}:", Value::from(shown));
                        parts.push(format!("{} || {}", literal(&key), part.unwrap_or_default()));
                    }
                    let parts = match parts.is_empty() {
                        true => String::new(),
                        false => format!(" || {}", parts.join(" || ")),
                    };
                    format!("(CASE WHEN {} IS NOT NULL THEN '{{'{parts} || '}}' END)", names[0])
                });
                return known.then_some(built);
            }
        })
    }
}

/// No fraction of a second, or three digits, or six.
fn shortened(text: &str) -> String {
    format!(
        "regexp_replace(regexp_replace({text}, '\\.000000$', ''), '(\\.[0-9]{{3}})000$', '\\1')"
    )
}
