//! CAST and SAFE_CAST with BigQuery's rules
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions>).

use sqlparser::ast::{CastFormat, DataType, Expr};

use super::{
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `CAST(inner AS data_type)`.
    pub fn cast(
        &mut self,
        safe: bool,
        inner: &Expr,
        data_type: &DataType,
        format: Option<&CastFormat>,
        place: &Expr,
    ) -> Typed {
        let value = self.expression(inner);
        if format.is_some() {
            return self.refuse(
                "unsupported-syntax",
                "CAST … FORMAT is not supported on the embedded engine",
                place,
                Some("use FORMAT_DATE, PARSE_DATE and their like"),
            );
        }
        match Type::from_ast(data_type) {
            Ok(kind) => Typed::new(convert(&value, &kind, safe), kind),
            Err(error) => self.refuse(error.code, error.message, place, None),
        }
    }
}

/// The SQL that converts a value.
pub(super) fn convert(value: &Typed, to: &Type, safe: bool) -> String {
    let cast = if safe { "TRY_CAST" } else { "CAST" };
    let name = to.duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
    let sql = &value.sql;
    match (&value.kind, to) {
        (from, to) if from == to => format!("CAST({sql} AS {name})"),
        // DuckDB takes '1.5' for an integer and rounds it; BigQuery refuses it.
        (Type::String, Type::Int64) => {
            let whole = format!("regexp_full_match({sql}, '\\s*[+-]?[0-9]+\\s*')");
            if safe {
                format!("(CASE WHEN {whole} THEN TRY_CAST({sql} AS BIGINT) END)")
            } else {
                format!(
                    "(CASE WHEN {sql} IS NULL THEN NULL WHEN {whole} THEN CAST({sql} AS BIGINT) ELSE error('Bad int64 value: ' || {sql}) END)"
                )
            }
        }
        // BigQuery rounds halves away from zero.
        (Type::Float64, Type::Int64) => format!("{cast}(round({sql}) AS BIGINT)"),
        (Type::Float64, Type::String) => {
            format!("regexp_replace(CAST({sql} AS VARCHAR), '\\.0$', '')")
        }
        (Type::Numeric | Type::BigNumeric, Type::String) => {
            format!(
                "regexp_replace(regexp_replace(CAST({sql} AS VARCHAR), '(\\.[0-9]*?)0+$', '\\1'), '\\.$', '')"
            )
        }
        (Type::String, Type::Bytes) => format!("encode({sql})"),
        (Type::Bytes, Type::String) => format!("decode({sql})"),
        (Type::Bool, Type::Int64) => format!("CAST({sql} AS BIGINT)"),
        (Type::Timestamp, Type::DateTime) => format!("({sql} AT TIME ZONE 'UTC')"),
        (Type::DateTime, Type::Timestamp) => format!("({sql} AT TIME ZONE 'UTC')"),
        (Type::Timestamp, Type::Date) => format!("CAST({sql} AT TIME ZONE 'UTC' AS DATE)"),
        (Type::Date, Type::Timestamp) => format!("(CAST({sql} AS TIMESTAMP) AT TIME ZONE 'UTC')"),
        _ => format!("{cast}({sql} AS {name})"),
    }
}
