//! Few rows that are in memory go with the script that commits: no load job, no staging table.

use elt::{
    adapter::{Adapter, AdapterError, Cancel, PlanOutcome, bigquery::BigQueryAdapter},
    manifest::UniqueId,
    plan::{LandTable, Plan, RowBatch, RowStream, Step, TableOptions, Texts, Values},
    relation::{Column, Dialect, Relation},
};

use crate::{
    server::{Mishap, Server, brief},
    support::{client, wait},
};

fn table() -> Relation {
    Relation::new(Dialect::GoogleSql, Some("shop".to_owned()), "bronze", "events")
}

fn columns() -> Vec<Column> {
    let columns =
        [("_ingested_at", "TIMESTAMP"), ("_seq", "INT64"), ("_uri", "STRING"), ("payload", "JSON")];
    let column = |(name, data_type): &(&str, &str)| Column {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
    };
    columns.iter().map(column).collect()
}

/// Lands rows with these addresses and payloads.
fn land(server: &Server, rows: &[(Option<&str>, &str)]) -> Result<PlanOutcome, AdapterError> {
    let (mut uris, mut payloads) = (Texts::default(), Texts::default());
    for (uri, payload) in rows {
        uris.push_option(*uri);
        payloads.push(payload);
    }
    let batch = RowBatch {
        table: 0,
        rows: rows.len(),
        columns: vec![
            Values::SameTime(1_767_323_045_123_456),
            Values::Ints((0..rows.len() as i64).collect()),
            Values::Texts(uris),
            Values::Texts(payloads),
        ],
    };
    let tables = vec![LandTable { relation: table(), columns: columns(), passed_on: None }];
    let plan = Plan {
        context: Default::default(),
        unique_id: UniqueId::new("source.shop.web.events"),
        materialization: "ingest".to_owned(),
        steps: vec![
            Step::CreateSchema { database: Some("shop".to_owned()), schema: "bronze".to_owned() },
            Step::CreateMissingTable {
                relation: table(),
                columns: columns(),
                options: TableOptions::default(),
            },
            Step::Land { tables, rows: RowStream::held(vec![batch]), commit: "elt_1".to_owned() },
        ],
        relation: None,
    };
    let adapter = BigQueryAdapter::new(client(server));
    wait(async { adapter.apply(&plan, &Cancel::default()).await })
}

/// What the table holds, line by line.
fn content(server: &Server) -> Vec<String> {
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let sql = "select * from shop.bronze.events order by _seq";
    let rows = database.rows(sql).expect("the table is there");
    rows.iter().map(|row| serde_json::Value::from(row.clone()).to_string()).collect()
}

const ROWS: [(Option<&str>, &str); 4] = [
    (Some("a"), r#"{"id": 1, "amount": 1.10}"#),
    (Some("it's \"b\"\nand `c`\\"), r#"{"text": "x\ny; \"z\" 'q'", "é": [1, null, {"a": true}]}"#),
    (None, r#""409:17""#),
    (Some("@rows_0"), "[]"),
];

#[test]
fn rows_go_with_the_script() {
    let server = Server::with_rows("shop");
    let outcome = land(&server, &ROWS).expect("they land");
    assert_eq!(outcome.landed, [4]);
    insta::assert_snapshot!("rows_go_with_the_script", server.told_since(0, brief));
    insta::assert_snapshot!("rows_that_went_with_the_script", content(&server).join("\n"));
}

#[test]
fn a_lost_answer_lands_them_once() {
    for mishap in [
        Mishap::LostRequest,
        Mishap::LostAnswer,
        Mishap::HalfAnswer,
        Mishap::RefusedFor(429, "rateLimitExceeded", 0),
        Mishap::DoneButError(503, "backendError"),
        Mishap::SentTwice,
    ] {
        let server = Server::with_rows("shop");
        // Of the requests that insert jobs, the table's is the first.
        server.mishaps("POST /bigquery/v2/projects/billing/jobs", &[mishap, mishap]);
        land(&server, &ROWS).expect("they land");
        assert_eq!(content(&server).len(), ROWS.len(), "{mishap:?}");
        let commits = server.effects().iter().filter(|one| one.starts_with("begin")).count();
        assert_eq!(commits, 1, "{mishap:?}");
    }
}

/// A request has room for 10 MB.
#[test]
fn many_rows_are_loaded() {
    let server = Server::with_rows("shop");
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(500_000));
    let rows: Vec<(Option<&str>, &str)> = (0..9).map(|_| (Some("a"), long.as_str())).collect();
    let outcome = land(&server, &rows[..8]).expect("they land");
    assert_eq!((outcome.landed, server.requests("/upload/")), (vec![8], 0));
    let server = Server::with_rows("shop");
    let outcome = land(&server, &rows).expect("they land");
    assert_eq!((outcome.landed, server.requests("/upload/")), (vec![9], 1));
    assert_eq!(content(&server).len(), 9);
}
