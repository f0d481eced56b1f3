//! CAST and SAFE_CAST with BigQuery's rules
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions>).

use super::{
    ast::{DataType, Expr},
    read_text,
    translate::{Translator, Typed},
    type_parameters::Limits,
    types::{Type, quote},
};

impl Translator<'_> {
    /// `CAST(inner AS data_type)`.
    pub fn cast(
        &mut self,
        safe: bool,
        inner: &Expr,
        data_type: &DataType,
        (format, zone): (Option<&Expr>, Option<&Expr>),
        place: &Expr,
    ) -> Typed {
        let value = self.expression(inner);
        let (kind, limit) = match (Type::from_ast(data_type), Limits::from_ast(data_type)) {
            (Ok(kind), Ok(limit)) => (kind, limit),
            (Err(error), _) | (_, Err(error)) => {
                return self.refuse(error.code, error.message, place, None);
            }
        };
        if let Some(format) = format {
            let typed = self.cast_by_format(&value, &kind, format, zone, place);
            let sql = if safe { format!("TRY({})", typed.sql) } else { typed.sql };
            return Typed::new(sql, typed.kind);
        }
        if let Some(zone) = zone {
            return self.refuse("sql-syntax", "AT TIME ZONE needs a FORMAT", zone, None);
        }
        if !castable(&value.kind, &kind) {
            let message = format!("{} cannot be cast to {}", value.kind.google(), kind.google());
            return self.refuse("wrong-type", message, place, None);
        }
        let sql = self.convert(&value, &kind, safe);
        let typed = Typed::new(sql, kind);
        match limit {
            Some(limit) => {
                let sql = limit.apply(self, &typed, safe);
                Typed::new(sql, typed.kind)
            }
            None => typed,
        }
    }

    /// The SQL that converts a value.
    pub fn convert(&mut self, value: &Typed, to: &Type, safe: bool) -> String {
        let cast = if safe { "TRY_CAST" } else { "CAST" };
        let name = to.duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
        let sql = &value.sql;
        if value.kind == Type::String
            && let Some(constant) = constant(sql, to)
        {
            return constant;
        }
        match (&value.kind, to) {
            // A number written out keeps its digits.
            (Type::Float64, Type::Numeric | Type::BigNumeric)
                if let Some(digits) = written_float(sql) =>
            {
                let decimal = written_decimal(&digits, to);
                if safe { format!("TRY({decimal})") } else { decimal }
            }
            (Type::Time, Type::String) => {
                short_fraction(&format!("strftime(DATE '2000-01-01' + {sql}, '%H:%M:%S.%f')"))
            }
            (Type::String, Type::Int64 | Type::Float64 | Type::Bool)
            | (Type::String, Type::Date | Type::DateTime | Type::Timestamp | Type::Time) => {
                let safe = if safe { "safe_" } else { "" };
                format!("googlesql_{safe}to_{}({sql})", to.google().to_ascii_lowercase())
            }
            (Type::Array(from), Type::Array(to)) if from != to => {
                let element = self.fresh("e");
                let part = Typed::new(element.as_str(), from.as_ref().clone());
                // One element that cannot be cast makes the whole array NULL.
                let inner = self.convert(&part, to, false);
                let list = format!("list_transform({sql}, lambda {element}: {inner})");
                if safe { format!("TRY({list})") } else { list }
            }
            (Type::Struct(from), Type::Struct(to_fields)) if value.kind != *to => {
                let (from, to_fields) = (from.clone(), to_fields.clone());
                let struct_sql = self.bind_nested(&[value], |translator, names| {
                    let fields: Vec<String> = from
                        .iter()
                        .zip(&to_fields)
                        .map(|((from_name, from_kind), (to_name, to_kind))| {
                            let part = format!("{}.{}", names[0], quote(from_name));
                            let part = Typed::new(part, from_kind.clone());
                            let part = translator.convert(&part, to_kind, false);
                            format!("{} := {part}", quote(to_name))
                        })
                        .collect();
                    let fields = fields.join(", ");
                    format!("(CASE WHEN {} IS NOT NULL THEN struct_pack({fields}) END)", names[0])
                });
                if safe { format!("TRY({struct_sql})") } else { struct_sql }
            }
            (Type::String, Type::Range(element)) => self.range_of_text(sql, element, safe),
            (Type::Range(element), Type::String) => self.range_text(value, element),
            (Type::BigNumeric, _) | (_, Type::BigNumeric)
                if let Some(converted) = self.convert_bignumeric(value, to, safe) =>
            {
                converted
            }
            (from, to) if from == to => format!("CAST({sql} AS {name})"),
            // BigQuery rounds halves away from zero.
            (Type::Float64, Type::Int64) => format!("{cast}(round({sql}) AS BIGINT)"),
            (Type::Float64, Type::String) => format!("googlesql_float_text({sql})"),
            (Type::Numeric, Type::String) => {
                format!(
                    "regexp_replace(regexp_replace(CAST({sql} AS VARCHAR), '(\\.[0-9]*?)0+$', '\\1'), '\\.$', '')"
                )
            }
            (Type::String, Type::Bytes) => format!("encode({sql})"),
            (Type::Bytes, Type::String) if safe => format!("TRY(decode({sql}))"),
            (Type::Bytes, Type::String) => format!("decode({sql})"),
            (Type::Timestamp, Type::String) => {
                let text = format!("strftime({sql} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f')");
                format!("{} || '+00'", short_fraction(&text))
            }
            (Type::DateTime, Type::String) => {
                short_fraction(&format!("strftime({sql}, '%Y-%m-%d %H:%M:%S.%f')"))
            }
            (Type::Interval, Type::String) => self.interval_text(value, "googlesql_interval_text"),
            (Type::String, Type::Interval) => self.interval_of_text(sql, safe),
            (Type::Bool, Type::Int64) => format!("CAST({sql} AS BIGINT)"),
            (Type::Timestamp, Type::DateTime) => format!("({sql} AT TIME ZONE 'UTC')"),
            (Type::DateTime, Type::Timestamp) => format!("({sql} AT TIME ZONE 'UTC')"),
            (Type::Timestamp, Type::Date) => format!("CAST({sql} AT TIME ZONE 'UTC' AS DATE)"),
            (Type::Timestamp, Type::Time) => format!("CAST({sql} AT TIME ZONE 'UTC' AS TIME)"),
            (Type::Date, Type::Timestamp) => {
                format!("(CAST({sql} AS TIMESTAMP) AT TIME ZONE 'UTC')")
            }
            _ => format!("{cast}({sql} AS {name})"),
        }
    }
}

/// A text literal as a literal of the type, so that the engine can plan with it. What is no such value
/// fails when run, as in BigQuery.
fn constant(sql: &str, to: &Type) -> Option<String> {
    let text = sql.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "\0");
    if text.contains('\'') {
        return None;
    }
    let text = text.replace('\0', "'");
    let name = to.duckdb()?;
    let written = match to {
        Type::Int64 => read_text::integer(&text)?.to_string(),
        Type::Date => format!("'{}'", read_text::day(&text)?.format("%Y-%m-%d")),
        Type::DateTime => {
            format!("'{}'", read_text::civil_moment(&text)?.format("%Y-%m-%d %H:%M:%S%.f"))
        }
        Type::Timestamp => {
            format!("'{}+00'", read_text::moment(&text)?.format("%Y-%m-%d %H:%M:%S%.f"))
        }
        Type::Time => format!("'{}'", read_text::time_of_day(&text)?.format("%H:%M:%S%.f")),
        _ => return None,
    };
    Some(format!("CAST({written} AS {name})"))
}

/// The digits of a FLOAT64 that is written out.
pub(super) fn written_float(sql: &str) -> Option<String> {
    let negative = sql.strip_prefix("(-").and_then(|rest| rest.strip_suffix(')'));
    let bare = negative.unwrap_or(sql);
    let text = bare.strip_prefix("CAST(")?.strip_suffix(" AS DOUBLE)")?;
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let sign = if negative.is_some() { "-" } else { "" };
    is_number.then(|| format!("{sign}{text}"))
}

/// A FLOAT64 that is written out, as the decimal of its digits.
pub(super) fn written_decimal(digits: &str, kind: &Type) -> String {
    // Longer ones the engine would read as a double.
    let is_plain = digits.len() <= 38 && !digits.contains(['e', 'E']);
    match kind {
        Type::BigNumeric => format!("googlesql_bignumeric('{digits}')"),
        _ if is_plain => format!("CAST({digits} AS DECIMAL(38,9))"),
        _ => format!(
            "CAST(googlesql_bignumeric_numeric(googlesql_bignumeric('{digits}')) AS DECIMAL(38,9))"
        ),
    }
}

/// No fraction, or three digits, or six: what BigQuery writes of a second.
fn short_fraction(text: &str) -> String {
    format!(
        "regexp_replace(regexp_replace({text}, '\\.000000$', ''), '(\\.[0-9]{{3}})000$', '\\1')"
    )
}

/// Whether BigQuery casts one type to the other. Unknown types may be anything.
fn castable(from: &Type, to: &Type) -> bool {
    use Type::{
        Array, BigNumeric, Bool, Bytes, Date, DateTime, Float64, Int64, Interval, Json, Null,
        Numeric, Range, String, Struct, Time, Timestamp, Unknown,
    };
    match (from, to) {
        (Unknown | Null, _) | (_, Unknown | Null) => true,
        (from, to) if from == to => true,
        (Int64 | Numeric | BigNumeric, Int64 | Float64 | Numeric | BigNumeric | String)
        | (Float64, Int64 | Numeric | BigNumeric | String)
        | (Int64, Bool)
        | (Bool, Int64 | String)
        | (String, Int64 | Float64 | Numeric | BigNumeric | Bool | Bytes | Interval)
        | (String, Date | DateTime | Time | Timestamp)
        | (Bytes, String)
        | (Date, String | DateTime | Timestamp)
        | (DateTime, String | Date | Time | Timestamp)
        | (Time, String)
        | (Timestamp, String | Date | DateTime | Time)
        | (Range(_), String)
        | (String, Range(_))
        | (Interval, String) => true,
        (Array(from), Array(to)) => castable(from, to),
        (Struct(from), Struct(to)) => {
            from.len() == to.len()
                && from.iter().zip(to).all(|((_, from), (_, to))| castable(from, to))
        }
        (Json, _) | (_, Json) => false,
        _ => false,
    }
}
