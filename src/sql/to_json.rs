//! `TO_JSON` and `TO_JSON_STRING`: how BigQuery writes each type
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings>).

use super::{
    translate::{Translator, Typed},
    types::{Type, quote},
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
    /// The value as the engine's `to_json` writes it rightly; none where its type is not known.
    pub fn jsonable(&mut self, value: &Typed, form: Form) -> Option<String> {
        let sql = &value.sql;
        Some(match &value.kind {
            Type::Null => "NULL".to_owned(),
            Type::Unknown => return None,
            Type::Interval => self.interval_text(value, "googlesql_interval_iso_text"),
            Type::Bool | Type::String | Type::Date | Type::Json => sql.clone(),
            Type::Int64 if form == Form::Document => sql.clone(),
            Type::Int64 => self.bind(&[value], |names| {
                let value = &names[0];
                format!(
                    "(CASE WHEN abs(CAST({value} AS HUGEINT)) > {LARGEST_NUMBER} THEN to_json(CAST({value} AS VARCHAR)) ELSE to_json({value}) END)"
                )
            }),
            Type::Float64 => self.bind(&[value], |names| {
                let value = &names[0];
                format!(
                    "(CASE WHEN isnan({value}) THEN to_json('NaN') WHEN isinf({value}) THEN to_json(CASE WHEN {value} > 0 THEN 'Infinity' ELSE '-Infinity' END) ELSE CAST(googlesql_float_text({value}) AS JSON) END)"
                )
            }),
            Type::Numeric | Type::BigNumeric => {
                let text = self.convert(value, &Type::String, false);
                if form == Form::Document {
                    return Some(format!("CAST({text} AS JSON)"));
                }
                let (text, kind) = (Typed::new(text, Type::String), value.kind.clone());
                let number = Typed::new(sql.clone(), kind);
                self.bind(&[&number, &text], |names| {
                    let (number, text) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN abs({number}) > {LARGEST_NUMBER} OR contains({text}, '.') THEN to_json({text}) ELSE CAST({text} AS JSON) END)"
                    )
                })
            }
            Type::Bytes => format!("to_base64({sql})"),
            Type::Time => shortened(&format!("strftime(DATE '2000-01-01' + {sql}, '%H:%M:%S.%f')")),
            Type::DateTime => shortened(&format!("strftime({sql}, '%Y-%m-%dT%H:%M:%S.%f')")),
            Type::Timestamp => {
                let text = format!("strftime({sql} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f')");
                format!("({} || 'Z')", shortened(&text))
            }
            Type::Array(element) => {
                let name = self.fresh("e");
                let part = self.jsonable(&Typed::new(name.as_str(), element.as_ref().clone()), form)?;
                if part == name { sql.clone() } else { format!("list_transform({sql}, lambda {name}: {part})") }
            }
            Type::Struct(fields) => {
                let fields = fields.clone();
                // A field without a name has one in the engine.
                let mut known = !fields.iter().any(|(name, _)| name.starts_with("_field_"));
                let built = self.bind_nested(&[value], |translator, names| {
                    let parts: Vec<String> = fields
                        .iter()
                        .map(|(name, kind)| {
                            let part = format!("{}.{}", names[0], quote(name));
                            let part = translator.jsonable(&Typed::new(part, kind.clone()), form);
                            known &= part.is_some();
                            format!("{} := {}", quote(name), part.unwrap_or_default())
                        })
                        .collect();
                    let parts = parts.join(", ");
                    format!("(CASE WHEN {} IS NOT NULL THEN struct_pack({parts}) END)", names[0])
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
