//! Datasets and tables.

use elt::{
    adapter::bigquery::{
        BigQueryErrorKind, DatasetId, Field, NewDataset, Partitioning, Patch, TableId,
    },
    relation::RelationKind,
};
use serde_json::json;

use crate::{
    server::{Mishap, Server},
    support::{client, client_with, settings, wait},
};

fn orders() -> TableId {
    TableId::new("shop", "gold", "orders")
}

fn shop() -> Server {
    let server = Server::start();
    let mut state = server.state();
    state.catalog.dataset("shop", "gold");
    let more = json!({
        "schema": {"fields": [
            {"name": "id", "type": "INTEGER", "mode": "REQUIRED", "policyTags": {"names": ["x"]}},
            {"name": "lines", "type": "RECORD", "mode": "REPEATED", "fields": [
                {"name": "sku", "type": "STRING", "description": "what"}]},
        ]},
        "description": "orders", "labels": {"team": "a"},
        "numRows": "12", "numBytes": "3456",
        "timePartitioning": {"type": "DAY", "field": "day", "expirationMs": "86400000"},
        "clustering": {"fields": ["id"]}, "requirePartitionFilter": true,
        "creationTime": "1700000000000", "lastModifiedTime": "1700000000001", "location": "EU",
    });
    state.catalog.table("shop", "gold", "orders", &more);
    drop(state);
    server
}

#[test]
fn a_table_is_read_with_all_it_has() {
    let server = shop();
    let table = wait(client(&server).get_table(&orders())).expect("it is read");
    let table = table.expect("it is there");
    assert_eq!(table.kind, Some(RelationKind::Table));
    assert_eq!((table.rows, table.bytes), (Some(12), Some(3456)));
    assert_eq!(table.clustering, ["id"]);
    assert!(table.require_partition_filter);
    assert_eq!(table.labels, [("team".to_owned(), "a".to_owned())]);
    let types: Vec<String> = table.columns().into_iter().map(|column| column.data_type).collect();
    assert_eq!(types, ["INT64", "ARRAY<STRUCT<sku STRING>>"]);
    assert_eq!(
        table.partitioning,
        Some(Partitioning::Time {
            granularity: "DAY".to_owned(),
            field: Some("day".to_owned()),
            expiration_ms: Some(86_400_000),
        })
    );
}

#[test]
fn what_is_not_there_is_no_error_and_what_cannot_be_known_is_one() {
    let server = shop();
    let client = client(&server);
    wait(async {
        let missing = orders().dataset().table("customers");
        assert_eq!(client.get_table(&missing).await.expect("it is known"), None);
        let nowhere = DatasetId::new("shop", "silver");
        assert_eq!(client.list_tables(&nowhere).await.expect("it is known"), None);
        assert_eq!(client.get_dataset(&nowhere).await.expect("it is known"), None);
        assert!(!client.delete_table(&missing).await.expect("it is known"));
        // A proxy's page is no statement about tables.
        server
            .mishaps("/tables/orders", &[Mishap::Page(404), Mishap::Refused(403, "accessDenied")]);
        let error = client.get_table(&orders()).await.expect_err("nobody knows");
        assert_eq!(error.kind, BigQueryErrorKind::NotFound);
        let error = client.get_table(&orders()).await.expect_err("nobody knows");
        assert_eq!(error.kind, BigQueryErrorKind::AccessDenied);
    });
}

#[test]
fn lists_are_read_to_their_ends() {
    let server = shop();
    for number in 0..7 {
        let kind = if number % 2 == 0 { "VIEW" } else { "MATERIALIZED_VIEW" };
        let mut state = server.state();
        let name = format!("v{number}");
        state.catalog.table("shop", "gold", &name, &json!({"type": kind}));
        state.catalog.dataset("shop", &format!("d{number}"));
        state.catalog.page_lines = Some(3);
    }
    server.mishaps("pageToken=3", &[Mishap::HalfAnswer, Mishap::Refused(403, "rateLimitExceeded")]);
    let client = client(&server);
    wait(async {
        let dataset = DatasetId::new("shop", "gold");
        let tables = client.list_tables(&dataset).await.expect("they are listed");
        let tables = tables.expect("the dataset is there");
        let names: Vec<String> =
            tables.iter().map(|table| format!("{} {}", table.id.table, table.table_type)).collect();
        assert_eq!(names.len(), 8);
        assert_eq!(names[..2], ["orders TABLE", "v0 VIEW"]);
        let datasets = client.list_datasets("shop").await.expect("they are listed");
        assert_eq!(datasets.map(|datasets| datasets.len()), Some(8));
    });
}

#[test]
fn a_patch_changes_what_it_names_and_loses_nothing() {
    let server = shop();
    let client = client(&server);
    wait(async {
        let table = client.get_table(&orders()).await.expect("it is read").expect("it is there");
        let mut fields = table.fields.clone();
        fields[1].fields.push(Field::new("price", "NUMERIC"));
        let patch = Patch::new()
            .fields(&fields)
            .description(None)
            .labels([("team", None), ("tier", Some("gold"))])
            .set("expirationTime", "1800000000000")
            .if_unchanged(table.etag.as_deref());
        let patched = client.patch_table(&orders(), &patch).await.expect("it is changed");
        assert_eq!(patched.description, None);
        assert_eq!(patched.labels, [("tier".to_owned(), "gold".to_owned())]);
        assert_eq!(patched.expiration_ms, Some(1_800_000_000_000));
        assert_eq!(patched.clustering, ["id"]);
        assert_eq!(patched.fields[0].other["policyTags"], json!({"names": ["x"]}));
        assert_eq!(patched.fields[1].data_type(), "ARRAY<STRUCT<sku STRING, price NUMERIC>>");
        // The state it was made for is gone.
        let error = client.patch_table(&orders(), &patch).await.expect_err("it is refused");
        assert_eq!(error.kind, BigQueryErrorKind::Changed);
        assert_eq!(error.help, None);
    });
    insta::assert_snapshot!(server.wire());
}

#[test]
fn a_change_whose_answer_was_lost_is_told_where_it_cannot_be_known() {
    let server = shop();
    let client = client(&server);
    wait(async {
        server.mishaps("PATCH", &[Mishap::LostAnswer]);
        let plain = Patch::new().description(Some("new"));
        client.patch_table(&orders(), &plain).await.expect("it is made again");
        let table = client.get_table(&orders()).await.expect("it is read").expect("it is there");
        server.mishaps("PATCH", &[Mishap::LostAnswer]);
        let conditional = plain.if_unchanged(table.etag.as_deref());
        let error = client.patch_table(&orders(), &conditional).await.expect_err("who knows");
        assert!(error.help.as_deref().is_some_and(|help| help.contains("may have been made")));
    });
}

#[test]
fn datasets_are_made_once_and_stay() {
    let server = Server::start();
    let mut settings = settings(&server);
    settings.location = Some("EU".to_owned());
    let client = client_with(settings);
    let silver = DatasetId::new("shop", "silver");
    wait(async {
        server.mishaps("POST", &[Mishap::LostAnswer]);
        let new = NewDataset {
            description: Some("cleaned".to_owned()),
            labels: vec![("layer".to_owned(), "silver".to_owned())],
            ..NewDataset::default()
        };
        assert!(client.insert_dataset(&silver, &new).await.expect("it is made"));
        assert!(!client.insert_dataset(&silver, &new).await.expect("it is there"));
        let patch = Patch::new().description(Some("clean"));
        let patched = client.patch_dataset(&silver, &patch).await.expect("it is changed");
        assert_eq!(patched.description.as_deref(), Some("clean"));
        server.state().catalog.table("shop", "silver", "t", &json!({}));
        let error = client.delete_dataset(&silver, false).await.expect_err("it is in use");
        assert_eq!(error.kind, BigQueryErrorKind::Invalid);
        server.mishaps("DELETE", &[Mishap::LostAnswer]);
        assert!(client.delete_dataset(&silver, true).await.expect("it is deleted"));
    });
    insta::assert_snapshot!(server.wire());
}

#[test]
fn a_deletion_whose_answer_was_lost_was_made() {
    let server = shop();
    server.mishaps("DELETE", &[Mishap::LostAnswer]);
    assert!(wait(client(&server).delete_table(&orders())).expect("it is deleted"));
    assert!(server.state().catalog.tables.is_empty());
}
