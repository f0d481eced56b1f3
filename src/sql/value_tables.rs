//! Queries whose rows are values: `SELECT AS STRUCT`
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#value_tables>).

use super::{
    ast::{Body, Query, SelectMode, TableKind},
    parse,
};

/// Whether the rows of a query are structs, whose fields its columns are.
pub fn gives_structs(sql: &str) -> bool {
    parse::query(sql).is_ok_and(|query| is_of_structs(&query))
}

fn is_of_structs(query: &Query) -> bool {
    query.pipes.is_empty() && has_structs(&query.body)
}

fn has_structs(body: &Body) -> bool {
    match body {
        Body::Select(select) => select.mode == Some(SelectMode::Struct),
        Body::Query(query) => is_of_structs(query),
        Body::Set(operation) => has_structs(&operation.left),
        Body::From(tables, _) => match tables.as_slice() {
            [only] if only.joins.is_empty() => match &only.table.kind {
                TableKind::Query(query) => is_of_structs(query),
                _ => false,
            },
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::gives_structs;

    #[test]
    fn structs_are_the_rows_of_select_as_struct_only() {
        for sql in [
            "SELECT AS STRUCT 1 a",
            "(SELECT AS STRUCT 1 a) ORDER BY 1",
            "SELECT AS STRUCT 1 a UNION ALL SELECT AS STRUCT 2 a",
            "WITH t AS (SELECT 1 a) SELECT AS STRUCT * FROM t",
            "FROM (SELECT AS STRUCT 1 a)",
        ] {
            assert!(gives_structs(sql), "{sql}");
        }
        for sql in ["SELECT 1 a", "SELECT * FROM (SELECT AS STRUCT 1 a)", "SELECT AS VALUE 1"] {
            assert!(!gives_structs(sql), "{sql}");
        }
    }
}
