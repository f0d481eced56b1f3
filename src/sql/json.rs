//! JSON functions
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions>).

use super::{
    translate::{Translator, Typed},
    types::Type,
};

/// The document as DuckDB's JSON; text that is no JSON is NULL, as in BigQuery.
fn document(value: &Typed) -> String {
    match value.kind {
        Type::Json => value.sql.clone(),
        _ => format!("TRY_CAST({} AS JSON)", value.sql),
    }
}

impl Translator<'_> {
    /// A JSON function; none where the name is no such function.
    pub fn json_function(&mut self, name: &str, args: &[Typed]) -> Option<Typed> {
        let first = args.first()?;
        let json = document(first);
        let path = args.get(1).map_or("'$'", |path| path.sql.as_str());
        let at = format!("json_extract({json}, {path})");
        // The result of JSON_QUERY and its like has the type of the document.
        let same = |sql: String| match first.kind {
            Type::String => Typed::new(format!("CAST({sql} AS VARCHAR)"), Type::String),
            _ => Typed::new(sql, Type::Json),
        };
        let scalar = |at: &str| {
            format!("(CASE WHEN json_type({at}) NOT IN ('OBJECT', 'ARRAY') THEN {at} ->> '$' END)")
        };
        let elements =
            format!("(CASE WHEN json_type({at}) = 'ARRAY' THEN CAST({at} AS JSON[]) END)");
        Some(match name {
            "JSON_VALUE" | "JSON_EXTRACT_SCALAR" => Typed::new(scalar(&at), Type::String),
            "JSON_QUERY" | "JSON_EXTRACT" => same(at),
            "JSON_QUERY_ARRAY" | "JSON_EXTRACT_ARRAY" => {
                if first.kind == Type::String {
                    let sql = format!("list_transform({elements}, lambda e: CAST(e AS VARCHAR))");
                    Typed::new(sql, Type::Array(Box::new(Type::String)))
                } else {
                    Typed::new(elements, Type::Array(Box::new(Type::Json)))
                }
            }
            "JSON_VALUE_ARRAY" | "JSON_EXTRACT_STRING_ARRAY" => {
                let sql = format!(
                    "(CASE WHEN len(list_filter({elements}, lambda e: json_type(e) IN ('OBJECT', 'ARRAY'))) = 0 THEN list_transform({elements}, lambda e: e ->> '$') END)"
                );
                Typed::new(sql, Type::Array(Box::new(Type::String)))
            }
            "PARSE_JSON" => Typed::new(format!("CAST({} AS JSON)", first.sql), Type::Json),
            "TO_JSON" => Typed::new(format!("to_json({})", first.sql), Type::Json),
            "TO_JSON_STRING" => match first.kind {
                Type::Json => Typed::new(
                    format!("coalesce(CAST({} AS VARCHAR), 'null')", first.sql),
                    Type::String,
                ),
                _ => Typed::new(
                    format!("coalesce(CAST(to_json({}) AS VARCHAR), 'null')", first.sql),
                    Type::String,
                ),
            },
            "JSON_TYPE" => {
                let sql = format!(
                    "(CASE json_type({json}) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN 'BIGINT' THEN 'number' WHEN 'UBIGINT' THEN 'number' WHEN 'DOUBLE' THEN 'number' END)"
                );
                Typed::new(sql, Type::String)
            }
            "INT64" | "FLOAT64" | "BOOL" | "STRING" if first.kind == Type::Json => {
                let (kind, types) = match name {
                    "INT64" => (Type::Int64, "'BIGINT', 'UBIGINT'"),
                    "FLOAT64" => (Type::Float64, "'BIGINT', 'UBIGINT', 'DOUBLE'"),
                    "BOOL" => (Type::Bool, "'BOOLEAN'"),
                    _ => (Type::String, "'VARCHAR'"),
                };
                let target = kind.duckdb().unwrap_or_default();
                let sql = format!(
                    "(CASE WHEN {json} IS NULL THEN NULL WHEN json_type({json}) IN ({types}) THEN CAST({json} ->> '$' AS {target}) ELSE error('The provided JSON input is not of type {name}') END)"
                );
                Typed::new(sql, kind)
            }
            "LAX_INT64" | "LAX_FLOAT64" | "LAX_STRING" | "LAX_BOOL" => {
                let kind = match name {
                    "LAX_INT64" => Type::Int64,
                    "LAX_FLOAT64" => Type::Float64,
                    "LAX_BOOL" => Type::Bool,
                    _ => Type::String,
                };
                let target = kind.duckdb().unwrap_or_default();
                Typed::new(format!("TRY_CAST({} AS {target})", scalar(&json)), kind)
            }
            _ => return None,
        })
    }
}
