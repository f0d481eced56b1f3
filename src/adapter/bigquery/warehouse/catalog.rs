//! Tables for a catalogue: what dbt-bigquery reads from `INFORMATION_SCHEMA` and `__TABLES__`, from
//! `tables.get`, which bills nothing.

use serde_json::json;

use crate::{
    adapter::{
        CatalogColumn, CatalogEntry, CatalogStat,
        bigquery::{Field, Partitioning, TableInfo},
    },
    relation::RelationKind,
};

/// What a table is to a catalogue.
pub(super) fn entry(table: &TableInfo) -> CatalogEntry {
    let mut columns = Vec::new();
    for field in &table.fields {
        add(field, None, &mut columns);
    }
    let mut stats = Vec::new();
    let mut stat = |id, label, value, description| {
        stats.push(CatalogStat { id, label, value, description });
    };
    if table.kind == Some(RelationKind::Table) {
        let rows = "Approximate count of rows in this table";
        stat("num_rows", "# Rows", json!(table.rows), rows);
        let bytes = "Approximate size of table as reported by BigQuery";
        stat("num_bytes", "Approximate Size", json!(table.bytes), bytes);
    }
    if let Some(partitioning) = &table.partitioning {
        let column = match partitioning {
            Partitioning::Time { field: None, .. } => "_PARTITIONTIME",
            Partitioning::Time { field: Some(field), .. } | Partitioning::Range { field, .. } => {
                field
            }
        };
        let description = "The partitioning column for this table";
        stat("partitioning_type", "Partitioned By", json!(column), description);
    }
    if !table.clustering.is_empty() {
        let description = "The clustering columns for this table";
        let columns = json!(table.clustering.join(", "));
        stat("clustering_fields", "Clustered By", columns, description);
    }
    CatalogEntry { comment: table.description.clone(), columns, stats }
}

/// A column and the fields in it, these by their names.
fn add(field: &Field, parent: Option<&str>, columns: &mut Vec<CatalogColumn>) {
    let name = match parent {
        Some(parent) => format!("{parent}.{}", field.name),
        None => field.name.clone(),
    };
    columns.push(CatalogColumn {
        name: name.clone(),
        data_type: field.data_type(),
        comment: field.description.clone(),
    });
    let mut fields: Vec<&Field> = field.fields.iter().collect();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    for inner in fields {
        add(inner, Some(&name), columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_structs_are_named_by_their_paths() {
        let field: Field = serde_json::from_value(json!({
            "name": "address", "type": "RECORD", "mode": "REPEATED", "fields": [
                {"name": "zip", "type": "STRING"},
                {"name": "city", "type": "STRING", "description": "Where."},
            ],
        }))
        .expect("a field");
        let mut columns = Vec::new();
        add(&field, None, &mut columns);
        let shown = |column: &CatalogColumn| {
            format!("{} {} {:?}", column.name, column.data_type, column.comment)
        };
        let shown: Vec<String> = columns.iter().map(shown).collect();
        assert_eq!(
            shown,
            [
                "address ARRAY<STRUCT<zip STRING, city STRING>> None",
                "address.city STRING Some(\"Where.\")",
                "address.zip STRING None",
            ]
        );
    }
}
