//! Rows, dry runs, the statements of scripts.

use std::time::Duration;

use elt::{
    adapter::{
        Cancel,
        bigquery::{
            BigQueryErrorKind, DatasetId, Destination, JobOptions, QueryJob, TableId,
            WriteDisposition,
        },
    },
    relation::{Cell, Table},
};
use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Mishap, Server},
    support::{client, wait},
};

fn numbers(count: usize) -> Behaviour {
    let rows: Vec<Value> = (0..count).map(|number| json!([number.to_string()])).collect();
    Behaviour::gives(json!([{"name": "n", "type": "INTEGER"}]), Value::from(rows))
}

fn rows(server: &Server, sql: &str, limit: Option<usize>) -> Table {
    let client = client(server);
    wait(async {
        let outcome = client.query_job(&QueryJob::new(sql), &Cancel::default()).await;
        let job = outcome.expect("the job ends well").job;
        client.get_query_results(&job, limit).await.expect("there are rows")
    })
}

#[test]
fn rows_are_read_by_their_types() {
    let server = Server::start();
    let fields = json!([
        {"name": "id", "type": "INTEGER", "mode": "REQUIRED"},
        {"name": "price", "type": "NUMERIC", "precision": "10", "scale": "2"},
        {"name": "at", "type": "TIMESTAMP"},
        {"name": "tags", "type": "STRING", "mode": "REPEATED"},
        {"name": "place", "type": "RECORD", "fields": [{"name": "zip", "type": "STRING"}]},
    ]);
    let row = json!([
        "1", "9.90", "1706702400000000", [{"v": "a"}], {"f": [{"v": null}]}
    ]);
    server.on("select", Behaviour::gives(fields, json!([row])));
    let table = rows(&server, "select 1", None);
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.data_type))
        .collect();
    assert_eq!(
        columns.join(", "),
        "id INT64, price NUMERIC(10, 2), at TIMESTAMP, tags ARRAY<STRING>, place STRUCT<zip STRING>"
    );
    let text = |text: &str| Cell::Text(text.to_owned());
    assert_eq!(
        table.rows,
        [[
            Cell::Int(1),
            Cell::Decimal("9.90".to_owned()),
            text("2024-01-31 12:00:00+00:00"),
            Cell::List(vec![text("a")]),
            Cell::Struct(vec![("zip".to_owned(), Cell::Null)]),
        ]]
    );
}

#[test]
fn pages_are_read_to_the_limit_and_again_after_faults() {
    let server = Server::start();
    server.state().page_rows = 10;
    server.on("select", numbers(35));
    server.mishaps("pageToken=20", &[Mishap::HalfAnswer, Mishap::Page(503)]);
    let all = rows(&server, "select 1", None);
    let expected: Vec<Vec<Cell>> = (0..35).map(|number| vec![Cell::Int(number)]).collect();
    assert_eq!(all.rows, expected);
    assert_eq!(rows(&server, "select 2", Some(12)).rows, expected[..12]);
    assert_eq!(rows(&server, "select 3", Some(0)).rows, expected[..0]);
    assert_eq!(rows(&server, "select 4", Some(0)).columns, all.columns);
}

#[test]
fn the_first_rows_come_with_the_end() {
    let server = Server::start();
    server.on("select", Behaviour { running: Duration::from_millis(50), ..numbers(3) });
    let query = QueryJob::new("select 1");
    let (outcome, table) =
        wait(client(&server).query_rows(&query, Some(2), &Cancel::default())).expect("rows");
    assert_eq!(table.rows, [[Cell::Int(0)], [Cell::Int(1)]]);
    assert_eq!(outcome.statistics.statement_type.as_deref(), Some("SELECT"));
    assert_eq!(server.requests(""), 3, "{}", server.wire());
}

#[test]
fn a_statement_without_rows_gives_an_empty_table() {
    let server = Server::start();
    assert_eq!(rows(&server, "create table t", None), Table::default());
}

#[test]
fn what_is_no_value_of_its_type_is_an_error() {
    let server = Server::start();
    let fields = json!([{"name": "n", "type": "INTEGER"}]);
    server.on("select", Behaviour::gives(fields, json!([["many"]])));
    let client = client(&server);
    let error = wait(async {
        let outcome = client.query_job(&QueryJob::new("select 1"), &Cancel::default()).await;
        client.get_query_results(&outcome.expect("the job ends well").job, None).await
    });
    let error = error.expect_err("the row cannot be read");
    assert_eq!(error.kind, BigQueryErrorKind::Protocol);
    assert_eq!(error.to_string(), "BigQuery gave text that is no INT64 as `n`");
}

#[test]
fn a_dry_run_tells_bytes_and_columns_and_changes_nothing() {
    let server = Server::start();
    server.on(
        "select",
        Behaviour {
            statistics: json!({
                "statementType": "SELECT", "totalBytesProcessed": "12345",
                "totalBytesProcessedAccuracy": "UPPER_BOUND",
                "referencedTables": [{"projectId": "p", "datasetId": "d", "tableId": "t"}],
            }),
            ..numbers(1)
        },
    );
    server.mishaps("POST", &[Mishap::LostAnswer, Mishap::Page(502)]);
    let job = QueryJob {
        default_dataset: Some(DatasetId::new("p", "d")),
        ..QueryJob::new("select n from t")
    };
    let run = wait(client(&server).dry_run(&job)).expect("the statement is right");
    assert_eq!(run.statistics.bytes_processed, Some(12_345));
    assert_eq!(run.statistics.bytes_accuracy.as_deref(), Some("UPPER_BOUND"));
    assert_eq!(run.statistics.referenced_tables, [TableId::new("p", "d", "t")]);
    assert_eq!(run.columns()[0].data_type, "INT64");
    assert!(server.state().jobs.by_id.is_empty());
    insta::assert_snapshot!(server.wire());
}

#[test]
fn a_dry_run_of_a_wrong_statement_is_an_error_at_its_place() {
    let server = Server::start();
    server.on("select", Behaviour::fails("invalidQuery", "Syntax error: Unexpected x at [1:8]"));
    let error = wait(client(&server).dry_run(&QueryJob::new("select x x x")));
    assert_eq!(error.expect_err("it is wrong").position, Some((1, 8)));
}

#[test]
fn where_a_querys_rows_go_is_on_the_wire() {
    let server = Server::start();
    let mut destination = Destination::replace(TableId::new("p", "d", "t").partition("20240131"));
    destination.write = WriteDisposition::TruncateData;
    destination.schema_update_options = vec!["ALLOW_FIELD_ADDITION".to_owned()];
    let clustering = json!({"fields": ["customer"]});
    destination.properties.insert("clustering".to_owned(), clustering);
    let job = QueryJob {
        destination: Some(destination),
        parameters: vec![json!({"name": "day", "parameterType": {"type": "DATE"},
            "parameterValue": {"value": "2024-01-31"}})],
        use_query_cache: Some(false),
        session: Some("s1".to_owned()),
        options: JobOptions { reservation: Some("none".to_owned()), ..JobOptions::default() },
        ..QueryJob::new("select @day")
    };
    let outcome = wait(client(&server).query_job(&job, &Cancel::default()));
    let table = outcome.expect("the job ends well").destination;
    assert_eq!(table.map(|table| table.to_string()).as_deref(), Some("p.d.t$20240131"));
    insta::assert_snapshot!(server.wire());
}

#[test]
fn the_statements_of_a_script_are_jobs_in_their_order() {
    let server = Server::start();
    let children = json!([
        {"statementType": "CREATE_TABLE_AS_SELECT", "totalBytesBilled": "10"},
        {"statementType": "MERGE", "numDmlAffectedRows": "4", "fails": "invalidQuery"},
    ]);
    server.on(
        "begin",
        Behaviour {
            statistics: json!({"statementType": "SCRIPT"}),
            more_statistics: json!({"numChildJobs": "2", "children": children}),
            ..Behaviour::default()
        },
    );
    let client = client(&server);
    let children = wait(async {
        let outcome = client.query_job(&QueryJob::new("begin end"), &Cancel::default()).await;
        let outcome = outcome.expect("the script ends well");
        assert_eq!(outcome.statistics.child_jobs, 2);
        client.child_jobs(&outcome.job).await.expect("they are told")
    });
    let kinds: Vec<_> =
        children.iter().filter_map(|child| child.statistics.statement_type.as_deref()).collect();
    assert_eq!(kinds, ["CREATE_TABLE_AS_SELECT", "MERGE"]);
    assert_eq!(children[1].failure.as_deref(), Some("failed"));
    assert_eq!(children[1].statistics.rows_written(), Some(4));
}
