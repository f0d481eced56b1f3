//! A table's typed columns out of the JSON object that a record was conformed to.

use crate::{relation::Dialect, sql::Type};

/// An expression for each typed column, in order; `typed` is the column of the conformed object.
pub(super) fn projections(
    columns: &[(String, Type)],
    dialect: Dialect,
    typed: &str,
) -> Vec<String> {
    let expression = |(name, kind): &(String, Type)| match dialect {
        Dialect::GoogleSql => google_sql(typed, &format!("$.{name}"), kind, 0),
        Dialect::DuckDb => duckdb(typed, &format!("$.{name}"), kind, 0),
    };
    columns.iter().map(expression).collect()
}

/// Names of columns are letters, digits and underscores: they are paths as they are.
fn google_sql(json: &str, path: &str, kind: &Type, depth: usize) -> String {
    match kind {
        Type::Json => format!("json_query({json}, '{path}')"),
        Type::String => format!("json_value({json}, '{path}')"),
        Type::Array(element) => {
            let (item, place) = (format!("item_{depth}"), format!("place_{depth}"));
            let value = google_sql(&item, "$", element, depth + 1);
            let value = match element.as_ref() {
                Type::Json => item.clone(),
                _ => value,
            };
            format!(
                "array(select {value} from unnest(json_query_array({json}, '{path}')) as {item} \
                 with offset as {place} order by {place})"
            )
        }
        Type::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, kind)| {
                    format!(
                        "{} as {name}",
                        google_sql(json, &format!("{path}.{name}"), kind, depth)
                    )
                })
                .collect();
            // Elements of arrays are never NULL.
            match path {
                "$" => format!("struct({})", fields.join(", ")),
                _ => format!(
                    "if(json_query({json}, '{path}') is null, null, struct({}))",
                    fields.join(", ")
                ),
            }
        }
        scalar => {
            format!("cast(json_value({json}, '{path}') as {})", scalar.google().to_lowercase())
        }
    }
}

fn duckdb(json: &str, path: &str, kind: &Type, depth: usize) -> String {
    let name = kind.own_duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
    match kind {
        Type::Json => format!("json_extract({json}, '{path}')"),
        Type::Array(element) => {
            let item = format!("item_{depth}");
            let value = duckdb(&item, "$", element, depth + 1);
            format!(
                "list_transform(cast(json_extract({json}, '{path}') as json[]), lambda {item}: {value})"
            )
        }
        Type::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, kind)| {
                    let value = duckdb(json, &format!("{path}.{name}"), kind, depth);
                    format!("{} := {value}", Dialect::DuckDb.quote(name))
                })
                .collect();
            format!(
                "case when json_extract({json}, '{path}') is null then null else struct_pack({}) end",
                fields.join(", ")
            )
        }
        _ => format!("cast(json_extract_string({json}, '{path}') as {name})"),
    }
}
