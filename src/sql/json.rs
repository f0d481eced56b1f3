//! JSON functions
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions>).

use super::{
    ast::Expr,
    json_path::engine_path,
    to_json::Form,
    translate::{Translator, Typed},
    types::{Type, literal},
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
    pub fn json_function(
        &mut self,
        name: &str,
        args: &[Typed],
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        if !is_json(name, args) {
            return None;
        }
        let first = args.first()?;
        if matches!(name, "TO_JSON" | "TO_JSON_STRING") {
            return Some(self.json_of(name, args, place));
        }
        let json = document(first);
        let path = match source.get(1) {
            None => "'$'".to_owned(),
            Some(path) => match self.json_path(path) {
                Some(path) => literal(&path),
                None => return Some(Typed::new("NULL", Type::Null)),
            },
        };
        let at = format!("json_extract({json}, {path})");
        // The result of JSON_QUERY and its like has the type of the document.
        let same = |sql: String| match first.kind {
            // Of a text, a JSON null is NULL.
            Type::String => {
                Typed::new(format!("nullif(CAST({sql} AS VARCHAR), 'null')"), Type::String)
            }
            _ => Typed::new(sql, Type::Json),
        };
        let scalar = |json: &str, path: &str| format!("(json_value({json}, {path}) ->> '$')");
        let elements =
            // A wildcard keeps JSON's null, which a cast to a list makes NULL.
            format!(
                "(CASE WHEN json_type({at}) = 'ARRAY' THEN json_extract({json}, {}) END)",
                every_element(&path)
            );
        Some(match name {
            "JSON_VALUE" | "JSON_EXTRACT_SCALAR" => Typed::new(scalar(&json, &path), Type::String),
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
            "PARSE_JSON" => {
                Typed::new(format!("CAST(googlesql_parse_json({}) AS JSON)", first.sql), Type::Json)
            }
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
            "LAX_INT64" => {
                let sql = format!(
                    "(CASE WHEN json_type({json}) = 'BOOLEAN' THEN CAST(CAST({json} AS BOOLEAN) AS BIGINT) ELSE TRY_CAST({} AS BIGINT) END)",
                    scalar(&json, "'$'")
                );
                Typed::new(sql, Type::Int64)
            }
            "LAX_BOOL" => {
                let sql = format!(
                    "(CASE WHEN json_type({json}) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN CAST({json} AS DOUBLE) <> 0 ELSE TRY_CAST({} AS BOOLEAN) END)",
                    scalar(&json, "'$'")
                );
                Typed::new(sql, Type::Bool)
            }
            "LAX_STRING" => {
                let sql = format!(
                    "(CASE WHEN json_type({json}) = 'DOUBLE' THEN googlesql_float_text(CAST({json} AS DOUBLE)) ELSE {} END)",
                    scalar(&json, "'$'")
                );
                Typed::new(sql, Type::String)
            }
            "LAX_FLOAT64" => {
                let sql = format!(
                    "(CASE WHEN json_type({json}) <> 'BOOLEAN' THEN TRY_CAST({} AS DOUBLE) END)",
                    scalar(&json, "'$'")
                );
                Typed::new(sql, Type::Float64)
            }
            _ => return None,
        })
    }

    fn json_of(&mut self, name: &str, args: &[Typed], place: &Expr) -> Typed {
        let [value] = args else {
            let message = format!("{name} takes one argument on the embedded engine");
            return self.refuse("unsupported-function", message, place, None);
        };
        let form = if name == "TO_JSON" { Form::Document } else { Form::Text };
        let Some(sql) = self.jsonable(value, form) else {
            let message = format!(
                "{name} needs a value whose type is known and whose fields have names, found {}",
                value.kind.google()
            );
            return self.refuse("unsupported-function", message, place, Some("use CAST"));
        };
        match name {
            "TO_JSON" => {
                Typed::new(format!("coalesce(to_json({sql}), CAST('null' AS JSON))"), Type::Json)
            }
            _ => Typed::new(
                format!("coalesce(CAST(to_json({sql}) AS VARCHAR), 'null')"),
                Type::String,
            ),
        }
    }

    /// A path must be known before running, so that it can be read.
    fn json_path(&mut self, path: &Expr) -> Option<String> {
        let read = match path.text() {
            Some(text) => engine_path(text),
            None => Err("a JSON path must be a string literal".to_owned()),
        };
        match read {
            Ok(path) => Some(path),
            Err(message) => {
                self.refuse("unsupported-syntax", message, path, None);
                None
            }
        }
    }
}

/// The path of all elements of the array at a path.
fn every_element(path: &str) -> String {
    format!("{}[*]'", path.strip_suffix('\'').unwrap_or(path))
}

fn is_json(name: &str, args: &[Typed]) -> bool {
    name.starts_with("JSON_")
        || name.starts_with("LAX_")
        || matches!(name, "PARSE_JSON" | "TO_JSON" | "TO_JSON_STRING")
        || args.first().is_some_and(|first| first.kind == Type::Json)
            && matches!(name, "INT64" | "FLOAT64" | "BOOL" | "STRING")
}
