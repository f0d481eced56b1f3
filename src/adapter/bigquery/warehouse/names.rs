//! The crate's relations as the API's names, and the API's tables as the crate's relations.

use crate::{
    adapter::bigquery::{BigQueryClient, DatasetId, Partitioning, TableEntry, TableId, TableInfo},
    relation::{Dialect, PartitionLayout, Relation, RelationDetails},
};

/// A relation as a table of the API; one without a project is in the one of the data, wherever jobs run.
pub(super) fn table_id(client: &BigQueryClient, relation: &Relation) -> TableId {
    dataset_id(client, relation.database.as_deref(), &relation.schema).table(&relation.identifier)
}

/// A schema as a dataset of the API.
pub(super) fn dataset_id(
    client: &BigQueryClient,
    database: Option<&str>,
    schema: &str,
) -> DatasetId {
    let project = database.filter(|name| !name.is_empty());
    DatasetId::new(project.unwrap_or(client.project()), schema)
}

/// A line of a dataset's list as a relation.
pub(super) fn relation(entry: TableEntry) -> Relation {
    let TableId { project, dataset, table } = entry.id;
    let relation = Relation::new(Dialect::GoogleSql, Some(project), dataset, table);
    Relation { kind: entry.kind, ..relation }
}

/// How a table is kept.
pub(super) fn details(table: &TableInfo) -> RelationDetails {
    let partition = table.partitioning.as_ref().map(|partitioning| match partitioning.clone() {
        Partitioning::Time { granularity, field, .. } => {
            PartitionLayout::Time { field, unit: granularity }
        }
        Partitioning::Range { field, start, end, interval } => {
            PartitionLayout::Range { field, start, end, interval }
        }
    });
    let view = table.resource.get("materializedView");
    let refresh_ms = view.and_then(|view| view.get("refreshIntervalMs"));
    let refresh_ms = refresh_ms.and_then(|ms| ms.as_u64().or_else(|| ms.as_str()?.parse().ok()));
    RelationDetails {
        partition,
        cluster_by: table.clustering.clone(),
        query: table.query.clone(),
        enable_refresh: view.and_then(|view| view.get("enableRefresh")?.as_bool()),
        refresh_interval_ms: refresh_ms,
        bytes: table.bytes.and_then(|bytes| u64::try_from(bytes).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        adapter::bigquery::{ClientSettings, auth::Credentials, http::http_client},
        project::Secret,
    };

    #[test]
    fn what_names_no_project_is_where_the_data_is_and_not_where_jobs_are_billed() {
        let token = Credentials::Token(Secret::new("t".to_owned()));
        let http = http_client().expect("a client");
        let settings = ClientSettings::new("http://127.0.0.1:1", "billing");
        let client = BigQueryClient::new(settings, token, http, Some("data".to_owned()));
        let client = client.expect("a client");
        let relation = Relation::new(Dialect::GoogleSql, None, "gold", "orders");
        assert_eq!(table_id(&client, &relation).to_string(), "data.gold.orders");
        let other = Relation::new(Dialect::GoogleSql, Some("other".into()), "gold", "orders");
        assert_eq!(table_id(&client, &other).to_string(), "other.gold.orders");
    }
}
