//! `catalog.json` (dbt's schema v1): what exists in the warehouse
//! (<https://docs.getdbt.com/reference/artifacts/catalog-json>).

use serde_json::{Map, Value, json};

use super::ArtifactMetadata;
use crate::{
    adapter::CatalogEntry,
    manifest::UniqueId,
    relation::{Relation, RelationKind},
};

/// One relation of the project as it was found.
#[derive(Clone, Debug)]
pub struct CatalogTable {
    /// The node or source.
    pub unique_id: UniqueId,
    /// Where it is, its kind known.
    pub relation: Relation,
    /// What the warehouse tells of it.
    pub entry: CatalogEntry,
}

/// The artifact. `errors` are relations that could not be read, in words.
pub fn catalog_json(
    metadata: &ArtifactMetadata,
    tables: &[CatalogTable],
    errors: &[String],
) -> Value {
    let mut nodes = Map::new();
    let mut sources = Map::new();
    for table in tables {
        let id = table.unique_id.as_str();
        let into = if id.starts_with("source.") { &mut sources } else { &mut nodes };
        into.insert(id.to_owned(), table_json(table));
    }
    let errors = if errors.is_empty() { Value::Null } else { json!(errors) };
    json!({
        "metadata": metadata.to_json("catalog/v1"),
        "nodes": nodes,
        "sources": sources,
        "errors": errors,
        "_compile_results": null,
    })
}

fn table_json(table: &CatalogTable) -> Value {
    let CatalogTable { relation, entry, .. } = table;
    let columns: Map<String, Value> = entry
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let value = json!({
                "type": column.data_type,
                "index": at + 1,
                "name": column.name,
                "comment": column.comment,
            });
            (column.name.clone(), value)
        })
        .collect();
    json!({
        "metadata": {
            "type": relation.kind.unwrap_or(RelationKind::Table).as_str(),
            "schema": relation.schema,
            "name": relation.identifier,
            "database": relation.database,
            "comment": entry.comment,
            "owner": null,
        },
        "columns": columns,
        "stats": stats_json(entry),
        "unique_id": table.unique_id.as_str(),
    })
}

/// dbt's docs site asks for `has_stats` and shows nothing where no stat is included.
fn stats_json(entry: &CatalogEntry) -> Value {
    let mut stats = Map::new();
    for stat in &entry.stats {
        let value = json!({
            "id": stat.id,
            "label": stat.label,
            "value": stat.value,
            "include": true,
            "description": stat.description,
        });
        stats.insert(stat.id.to_owned(), value);
    }
    let has_stats = json!({
        "id": "has_stats",
        "label": "Has Stats?",
        "value": !entry.stats.is_empty(),
        "include": false,
        "description": "Indicates whether there are statistics for this table",
    });
    stats.insert("has_stats".to_owned(), has_stats);
    Value::Object(stats)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{
        adapter::{CatalogColumn, CatalogStat},
        artifact::schema_check::assert_valid,
        relation::Dialect,
    };

    #[test]
    fn the_file_has_dbts_shape() {
        let time = DateTime::from_timestamp(1_700_000_000, 0).expect("a valid time");
        let metadata = ArtifactMetadata {
            dbt_version: "1.12.0".to_owned(),
            generated_at: time,
            invocation_id: "0b6a".to_owned(),
            invocation_started_at: time,
            env: Map::new(),
        };
        let table = |id: &str, kind: RelationKind| CatalogTable {
            unique_id: UniqueId::new(id),
            relation: Relation {
                kind: Some(kind),
                ..Relation::new(Dialect::GoogleSql, Some("p".to_owned()), "d", "t")
            },
            entry: CatalogEntry {
                comment: Some("What was ordered.".to_owned()),
                columns: vec![CatalogColumn {
                    name: "id".to_owned(),
                    data_type: "INT64".to_owned(),
                    comment: Some("The key.".to_owned()),
                }],
                stats: vec![CatalogStat {
                    id: "num_rows",
                    label: "# Rows",
                    value: json!(3),
                    description: "Approximate count of rows in this table",
                }],
            },
        };
        let tables =
            [table("model.p.t", RelationKind::View), table("source.p.s.t", RelationKind::Table)];
        let value = catalog_json(&metadata, &tables, &[]);
        assert_valid("catalog-v1.json", &value);
        assert_eq!(value["nodes"]["model.p.t"]["metadata"]["type"], "view");
        assert_eq!(value["sources"]["source.p.s.t"]["columns"]["id"]["index"], 1);
    }
}
