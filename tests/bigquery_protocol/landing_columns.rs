//! What a feed's records ask of its table's columns, on the wire: a new column, a field of a STRUCT, a
//! wider type and a NULL where there was none to be; then the rows.

use serde_json::json;

use crate::{
    program::{elt_well, write},
    server::{Server, brief},
    small_project::shop,
    wire::steady,
};

const SOURCES: &str = "sources:
  - name: web
    schema: bronze
    tables:
      - name: events
        config: {meta: {ingest: {type: command, command: [cat, events.json], key: id, contract: evolve}}}
";

#[test]
fn columns_change_before_the_rows_come() {
    let server = Server::start();
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind, "mode": "NULLABLE"});
    let mut fields: Vec<_> = elt::ingest::BRONZE_COLUMNS
        .iter()
        .map(|(name, kind)| column(name, if *kind == "INT64" { "INTEGER" } else { kind }))
        .collect();
    fields.push(column("id", "INTEGER"));
    fields.push(column("amount", "INTEGER"));
    fields.push(json!({"name": "place", "type": "STRING", "mode": "REQUIRED"}));
    fields.push(json!({"name": "who", "type": "RECORD", "mode": "NULLABLE",
        "fields": [column("name", "STRING")]}));
    {
        let catalog = &mut server.state().catalog;
        catalog.dataset("shop", "bronze");
        catalog.table("shop", "bronze", "events", &json!({"schema": {"fields": fields}}));
        for table in ["dead_letter", "elt_feed_state"] {
            catalog.table("shop", "bronze", table, &json!({"schema": {"fields": []}}));
        }
    }
    let project = shop(&server, &[("models/_sources.yml", SOURCES)]);
    let records =
        "[{\"id\": 1, \"amount\": 1.5, \"who\": {\"name\": \"a\", \"age\": 7}, \"new\": [\"x\"]}]";
    write(project.path(), "events.json", records);
    elt_well(project.path(), &["ingest"]);
    insta::assert_snapshot!(steady(&server.told_since(0, brief)));
}
