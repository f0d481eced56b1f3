//! An audited table comes to its place: by one copy job, with all that is said of it.

use elt::{
    adapter::{Adapter, AdapterError, Cancel, PlanOutcome, bigquery::BigQueryAdapter},
    manifest::UniqueId,
    plan::{Plan, Step},
    relation::{Dialect, Relation, RelationKind},
};
use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Server},
    support::{client, wait},
};

fn relation(name: &str) -> Relation {
    let relation = Relation::new(Dialect::GoogleSql, Some("shop".to_owned()), "gold", name);
    Relation { kind: Some(RelationKind::Table), ..relation }
}

/// A server with a table and a new one beside it. What its copy jobs copy is told by neither: a table
/// is told as it was until it is patched.
fn server(candidate: Value, target: Value) -> Server {
    let server = Server::start();
    {
        let catalog = &mut server.state().catalog;
        catalog.dataset("shop", "gold");
        catalog.table("shop", "gold", "orders__unpublished", &candidate);
        catalog.table("shop", "gold", "orders", &target);
    }
    server
}

fn publish(server: &Server, adds: bool) -> Result<PlanOutcome, AdapterError> {
    let plan = Plan {
        context: Default::default(),
        unique_id: UniqueId::new("model.shop.orders"),
        materialization: "table".to_owned(),
        steps: vec![Step::Publish {
            candidate: relation("orders__unpublished"),
            target: relation("orders"),
            adds,
        }],
        relation: Some(relation("orders")),
    };
    let adapter = BigQueryAdapter::new(client(server));
    wait(adapter.apply(&plan, &Cancel::default()))
}

fn candidate() -> Value {
    json!({
        "description": "what was ordered",
        "labels": {"team": "sales"},
        "timePartitioning": {"type": "DAY", "field": "day", "expirationMs": "86400000"},
        "requirePartitionFilter": true,
        "encryptionConfiguration": {"kmsKeyName": "projects/p/locations/eu/keyRings/r/cryptoKeys/k"},
        "schema": {"fields": [
            {"name": "id", "type": "INTEGER", "description": "the key"},
            {"name": "day", "type": "DATE"},
            {"name": "who", "type": "RECORD", "fields": [
                {"name": "mail", "type": "STRING", "policyTags": {"names": ["projects/p/t/1"]}}
            ]},
        ]},
    })
}

fn target() -> Value {
    json!({
        "labels": {"team": "ops", "old": "yes"},
        "expirationTime": "1800000000000",
        "timePartitioning": {"type": "DAY", "field": "day"},
        "requirePartitionFilter": false,
        "schema": {"fields": [
            {"name": "id", "type": "INTEGER", "mode": "NULLABLE", "description": "it was"},
            {"name": "day", "type": "DATE", "mode": "NULLABLE"},
            {"name": "who", "type": "RECORD", "mode": "NULLABLE", "fields": [
                {"name": "mail", "type": "STRING", "mode": "NULLABLE"}
            ]},
        ]},
    })
}

/// The wire without how often the copy was looked at, which depends on the machine.
fn wire(server: &Server) -> String {
    let wire = server.wire();
    let exchanges = wire
        .split("\n\n")
        .filter(|exchange| !exchange.starts_with("GET /bigquery/v2/projects/billing/jobs/"));
    exchanges.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_table_comes_to_its_place_with_all_that_is_said_of_it() {
    let server = server(candidate(), target());
    publish(&server, false).expect("it is published");
    assert_eq!(server.effects(), ["copy gold.orders__unpublished to gold.orders"]);
    insta::assert_snapshot!(wire(&server));
    let catalog = &server.state().catalog;
    assert!(!catalog.tables.contains_key(&("gold".to_owned(), "orders__unpublished".to_owned())));
    let published = &catalog.tables[&("gold".to_owned(), "orders".to_owned())];
    assert_eq!(published["labels"], json!({"team": "sales"}));
    assert_eq!(published.get("expirationTime"), None);
}

#[test]
fn what_is_said_of_a_table_that_is_added_to_stays() {
    let server = server(candidate(), target());
    publish(&server, true).expect("it is published");
    let state = server.state();
    let published = &state.catalog.tables[&("gold".to_owned(), "orders".to_owned())];
    assert_eq!(published["labels"], json!({"team": "ops", "old": "yes"}));
    assert_eq!(published["expirationTime"], "1800000000000");
    assert_eq!(published["timePartitioning"], json!({"type": "DAY", "field": "day"}));
    // What the build has described is new.
    assert_eq!(published["description"], "what was ordered");
    assert_eq!(published["schema"]["fields"][0]["description"], "the key");
    assert_eq!(
        published["schema"]["fields"][2]["fields"][0]["policyTags"],
        json!({"names": ["projects/p/t/1"]})
    );
}

#[test]
fn what_is_as_it_should_be_is_not_changed() {
    let server = server(candidate(), candidate());
    publish(&server, false).expect("it is published");
    assert_eq!(server.requests("PATCH"), 0, "{}", server.wire());
}

#[test]
fn a_copy_that_fails_leaves_both_tables() {
    let server = server(candidate(), target());
    let why = "Incompatible table partitioning specification.";
    server.on("copy", Behaviour::fails("invalid", why));
    let error = publish(&server, false).expect_err("it is not published");
    assert!(error.message.contains(why), "{}", error.message);
    assert_eq!(error.step, Some(0));
    assert_eq!(server.effects(), Vec::<String>::new());
    assert_eq!(server.requests("DELETE") + server.requests("PATCH"), 0);
    assert_eq!(server.state().catalog.tables.len(), 2);
}
